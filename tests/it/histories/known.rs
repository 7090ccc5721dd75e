//! Histories of which it is known whether they can be: what the checker says of them.

use super::checker::{Record, check};
use super::model::{Change, Operation, Profile, Seen, Told};

fn profile(name: &str) -> Profile {
    let [user_name, email, given_name] = [name; 3].map(str::to_owned);
    Profile { user_name, email, given_name }
}

fn seen(id: &str, version: u64, name: &str) -> Told {
    Told::User(Seen { id: id.to_owned(), version, profile: profile(name), active: true })
}

fn create(name: &str) -> Operation {
    Operation::Create(profile(name))
}

fn rename(id: &str, name: &str) -> Operation {
    let Profile { user_name, email, given_name } = profile(name);
    let change = Change { user_name: Some(user_name), email: Some(email), given_name: Some(given_name), active: None };
    Operation::Change(id.to_owned(), change, None)
}

fn read(id: &str) -> Operation {
    Operation::Read(id.to_owned())
}

fn find(name: &str) -> Operation {
    Operation::Find(name.to_owned())
}

/// Operations with the moments between which they were under way; 0 is never.
fn can_be(history: Vec<(u64, u64, Operation, Told)>) -> bool {
    let record = |(invoked, answered, operation, told)| Record {
        invoked,
        answered: Some(answered).filter(|moment| *moment > 0),
        operation,
        told,
    };
    check(history.into_iter().map(record).collect()).is_ok()
}

#[test]
fn operations_at_the_same_time_may_come_in_any_order() {
    let start = || vec![(1, 2, create("a"), seen("1", 1, "a"))];
    let with = |more: Vec<_>| can_be(start().into_iter().chain(more).collect());

    assert!(with(vec![(3, 6, rename("1", "b"), seen("1", 2, "b")), (4, 5, find("a"), Told::Nobody)]));
    assert!(with(vec![(3, 6, rename("1", "b"), seen("1", 2, "b")), (4, 5, find("a"), seen("1", 1, "a"))]));
    assert!(!with(vec![(3, 4, rename("1", "b"), seen("1", 2, "b")), (5, 6, find("a"), seen("1", 1, "a"))]));
}

#[test]
fn a_lost_update_cannot_be() {
    let changes = |second| {
        can_be(vec![
            (1, 2, create("a"), seen("1", 1, "a")),
            (3, 5, rename("1", "b"), seen("1", 2, "b")),
            (4, 6, rename("1", "c"), seen("1", second, "c")),
        ])
    };

    assert!(changes(3));
    assert!(!changes(2));
}

#[test]
fn two_users_of_one_name_cannot_be() {
    let created = (1, 2, create("a"), seen("1", 1, "a"));

    assert!(can_be(vec![created.clone(), (1, 2, create("A"), Told::Taken)]));
    assert!(!can_be(vec![created.clone(), (1, 2, create("A"), seen("2", 1, "A"))]));
    assert!(!can_be(vec![created, (3, 4, create("b"), Told::Taken)]), "nobody has the name");
}

#[test]
fn what_has_no_answer_may_be_done_late_or_never_but_only_once() {
    let history = |more: Vec<_>| {
        let start = [(1, 2, create("a"), seen("1", 1, "a")), (3, 0, rename("1", "b"), Told::Nothing)];
        can_be(start.into_iter().chain(more).collect())
    };

    assert!(history(vec![(4, 5, read("1"), seen("1", 1, "a")), (6, 7, read("1"), seen("1", 2, "b"))]));
    assert!(history(vec![(4, 5, read("1"), seen("1", 1, "a"))]));
    assert!(!history(vec![(4, 5, read("1"), seen("1", 2, "b")), (6, 7, read("1"), seen("1", 1, "a"))]));
    assert!(!history(vec![(4, 5, rename("1", "c"), seen("1", 2, "c")), (6, 7, read("1"), seen("1", 4, "b"))]));
}

#[test]
fn who_was_created_without_an_answer_has_an_id_that_is_learnt_later() {
    let history = |other: &str| {
        can_be(vec![
            (1, 0, create("a"), Told::Nothing),
            (2, 3, create("a"), Told::Taken),
            (4, 5, find("a"), seen("1", 1, "a")),
            (6, 7, read(other), seen(other, 1, "a")),
        ])
    };

    assert!(history("1"));
    assert!(!history("2"));
}
