use serde_json::json;

use super::*;
use crate::error::ScimType;

const NONE: [(&str, &str); 0] = [];

#[track_caller]
fn check<const N: usize>(pairs: [(&str, &str); N], expected: ListQuery) {
    assert_eq!(ListQuery::from_pairs(pairs), Ok(expected));
}

#[track_caller]
fn check_err<const N: usize>(pairs: [(&str, &str); N], scim_type: ScimType, expected: &str) {
    let error = ListQuery::from_pairs(pairs).expect_err("invalid");
    assert_eq!((error.scim_type(), error.detail()), (scim_type, expected));
}

fn page(start_index: u64, count: u32) -> ListQuery {
    ListQuery { start: Start::Index(start_index), count, ..ListQuery::default() }
}

#[test]
fn ok_defaults() {
    check(NONE, page(1, 100));
    check([("filter", ""), ("startIndex", ""), ("attributes", "")], page(1, 100));
}

#[test]
fn ok_names_in_any_case_and_unknown_names() {
    check([("STARTINDEX", "3"), ("Count", "7"), ("aadOptscim062020", "")], page(3, 7));
    check([("unknown", "1"), ("unknown", "2")], page(1, 100));
}

#[test]
fn ok_owned_pairs() {
    let pairs = vec![("count".to_owned(), "5".to_owned())];
    assert_eq!(ListQuery::from_pairs(pairs), Ok(page(1, 5)));
}

#[test]
fn ok_numbers_are_moved_into_range() {
    check([("startIndex", "0")], page(1, 100));
    check([("startIndex", "-5")], page(1, 100));
    check([("startIndex", "99999999999999999999")], page(i64::MAX.unsigned_abs(), 100));
    check([("count", "0")], page(1, 0));
    check([("count", "-1")], page(1, 0));
    check([("count", "-99999999999999999999")], page(1, 0));
    check([("count", "1000")], page(1, 1000));
    check([("count", "1001")], page(1, 1000));
    check([("count", "99999999999999999999")], page(1, 1000));
}

#[test]
fn ok_filter() {
    let filter = Filter::parse("userName pr").ok();
    check([("filter", "userName pr")], ListQuery { filter, ..ListQuery::default() });
}

#[test]
fn ok_cursors() {
    let at = |cursor: &str, count| ListQuery { start: Start::Cursor(cursor.into()), count, ..ListQuery::default() };
    check([("cursor", "")], at("", 100));
    check([("Cursor", "abc"), ("startIndex", "")], at("abc", 100));
    check([("cursor", ""), ("count", "-7")], at("", 0));
    check([("cursor", ""), ("count", "1000")], at("", 1000));
}

#[test]
fn err_cursors() {
    let both = "parameters 'startIndex' and 'cursor' exclude each other";
    check_err([("cursor", ""), ("startIndex", "1")], ScimType::InvalidValue, both);
    let many = "parameter 'count': 1001 is more than the 1000 that a page can have";
    check_err([("cursor", ""), ("count", "1001")], ScimType::InvalidCount, many);
}

#[test]
fn ok_an_order_without_an_attribute_is_none() {
    check([("sortBy", ""), ("sortOrder", "")], page(1, 100));
}

#[test]
fn ok_what_stays_from_page_to_page_is_told_in_one_spelling() {
    let told = |pairs: &[(&str, &str)]| ListQuery::from_pairs(pairs.iter().copied()).expect("a query").to_string();
    let pairs = [("filter", "userName  SW \"a\" AND active eq true"), ("sortBy", "title"), ("attributes", "a,b.c")];
    assert_eq!(told(&pairs), "filter userName sw \"a\" and active eq true\nsort title ascending\nattributes a b.c");
    assert_eq!(told(&[("sortOrder", "DESCENDING"), ("sortBy", "id")]), "sort id descending\n");
    assert_eq!(told(&[("cursor", "x"), ("count", "7")]), "");
}

#[test]
fn err_not_an_integer() {
    for text in ["x", "1.0", "1e2", "+1", "0x10", "--1", "-"] {
        let expected = format!("parameter 'count': expected an integer, found '{text}'");
        check_err([("COUNT", text)], ScimType::InvalidValue, &expected);
    }
    let expected = "parameter 'startIndex': expected an integer, found 'first'";
    check_err([("startIndex", "first")], ScimType::InvalidValue, expected);
}

#[test]
fn err_twice() {
    let expected = "parameter 'count' is there twice";
    check_err([("count", "1"), ("Count", "1")], ScimType::InvalidValue, expected);
    check([("count", ""), ("count", "1")], page(1, 1));
}

#[test]
fn err_filter() {
    let expected = "invalid filter at byte 12: expected a value";
    check_err([("filter", "userName eq")], ScimType::InvalidFilter, expected);
}

#[test]
fn err_attributes_and_excluded_attributes() {
    let expected = "parameters 'attributes' and 'excludedAttributes' exclude each other";
    let pairs = [("attributes", "a"), ("excludedAttributes", "b")];
    check_err(pairs, ScimType::InvalidValue, expected);
}

#[test]
fn a_list_response_counts_what_it_has() {
    let response = ListResponse { total_results: 12, place: PagePlace::Index(11), resources: &["a", "b"] };
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 12,
        "startIndex": 11,
        "itemsPerPage": 2,
        "Resources": ["a", "b"],
    });
    assert_eq!(serde_json::to_value(response).expect("serializes"), expected);
}

#[test]
fn a_page_by_cursor_names_the_pages_beside_it_that_there_are() {
    let place = PagePlace::Cursor { next: Some("n-1".to_owned()), previous: None };
    let response = ListResponse { total_results: 12, place, resources: &["a", "b"] };
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 12,
        "nextCursor": "n-1",
        "itemsPerPage": 2,
        "Resources": ["a", "b"],
    });
    assert_eq!(serde_json::to_value(response).expect("serializes"), expected);
}

#[test]
fn an_empty_list_response_has_resources() {
    let response = serde_json::to_value(ListResponse::<()>::all(&[])).expect("serializes");
    assert_eq!(response["Resources"], json!([]));
    assert_eq!(response["totalResults"], 0);
}
