use jiff::{SignedDuration, Timestamp};
use scim::{ListQuery, ScimType};

use super::{Bound, CURSOR_TIMEOUT, Place};
use crate::{InstanceId, Peppers};

const PAIRS: [(&str, &str); 3] = [("filter", "active eq true"), ("sortBy", "userName"), ("count", "7")];

fn peppers(current: &str, versions: &[(&str, &str)]) -> Peppers {
    let versions: String = versions.iter().map(|(name, secret)| format!(",\"{name}\":\"{secret:032}\"")).collect();
    Peppers::from_secret(&format!("{{\"current\":\"{current}\"{versions}}}")).expect("a pepper")
}

fn query(pairs: &[(&str, &str)]) -> ListQuery {
    ListQuery::from_pairs(pairs.iter().copied()).expect("a query")
}

fn instance() -> InstanceId {
    InstanceId::from_number(7)
}

fn noon() -> Timestamp {
    "2026-01-31T12:00:00Z".parse().expect("a moment")
}

fn place() -> Bound {
    Bound::After(Place::Claim("straße\"\\@example.com".into()))
}

fn sealed() -> String {
    place().seal(&peppers("v1", &[("v1", "1")]), instance(), &query(&PAIRS), noon(), [9; 24])
}

#[track_caller]
fn check_err(cursor: &str, pairs: &[(&str, &str)], expected: ScimType) {
    let opened = Bound::open(cursor, &peppers("v1", &[("v1", "1")]), instance(), &query(pairs), noon());
    assert_eq!(opened.expect_err("not opened").scim_type(), expected, "for {pairs:?}");
}

#[test]
fn ok_a_cursor_leads_back_to_its_place_in_whatever_spelling_and_under_an_older_pepper() {
    let again = [("COUNT", "7"), ("sortBy", "userName"), ("sortOrder", "ascending"), ("filter", "active EQ true")];
    let rotated = peppers("v2", &[("v1", "1"), ("v2", "2")]);
    let last = noon() + SignedDuration::from_secs(CURSOR_TIMEOUT.into());

    assert_eq!(Bound::open(&sealed(), &rotated, instance(), &query(&again), last), Ok(place()));
}

#[test]
fn ok_a_cursor_needs_no_escapes_in_a_query_string_and_tells_nothing() {
    let cursor = sealed();

    assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{cursor}");
    let other = place().seal(&peppers("v1", &[("v1", "1")]), instance(), &query(&PAIRS), noon(), [8; 24]);
    assert_ne!(&cursor[32..], &other[32..], "the same place under another nonce");
}

#[test]
fn err_a_cursor_is_good_for_its_own_list_only() {
    for pairs in [
        &PAIRS[1..],
        &[PAIRS[0], PAIRS[2]],
        &[PAIRS[0], PAIRS[1], PAIRS[2], ("sortOrder", "descending")],
        &[PAIRS[0], PAIRS[1], PAIRS[2], ("attributes", "userName")],
    ] {
        check_err(&sealed(), pairs, ScimType::InvalidCursor);
    }
    let elsewhere = InstanceId::from_number(8);
    let opened = Bound::open(&sealed(), &peppers("v1", &[("v1", "1")]), elsewhere, &query(&PAIRS), noon());
    assert_eq!(opened.expect_err("not opened").scim_type(), ScimType::InvalidCursor, "in another instance");
    let opened = Bound::open(&sealed(), &peppers("v1", &[("v1", "2")]), instance(), &query(&PAIRS), noon());
    assert_eq!(opened.expect_err("not opened").scim_type(), ScimType::InvalidCursor, "under another pepper");
}

#[test]
fn err_a_cursor_that_was_changed_is_none() {
    let cursor = sealed();
    for at in 0..cursor.len() {
        let mut changed = cursor.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        check_err(std::str::from_utf8(&changed).expect("text"), &PAIRS, ScimType::InvalidCursor);
    }
    for cut in ["abc", "", "a b", "ü", &cursor[1..], &cursor[..31], &format!("{cursor}=")] {
        check_err(cut, &PAIRS, ScimType::InvalidCursor);
    }
}

#[test]
fn err_another_count_and_a_time_that_is_over_are_told_apart() {
    check_err(&sealed(), &[PAIRS[0], PAIRS[1], ("count", "8")], ScimType::InvalidCount);
    let late = noon() + SignedDuration::from_secs(i64::from(CURSOR_TIMEOUT) + 1);
    let opened = Bound::open(&sealed(), &peppers("v1", &[("v1", "1")]), instance(), &query(&PAIRS), late);
    assert_eq!(opened.expect_err("not opened").scim_type(), ScimType::ExpiredCursor);
}
