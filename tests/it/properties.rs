//! Lists of users: pages and filters of every kind, against the whole.

use directory::USER;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{TestCaseError, TestRunner};
use scim::{Filter, ListQuery};
use serde_json::{Value, json};
use tests::app::App;
use tokio::runtime::Runtime;

use crate::people::{ENTERPRISE, created, employee, operation};

const NAMES: [&str; 13] = [
    "ada",
    "Adam",
    "ADALBERT",
    "bob",
    "Straße",
    "STRASSEN",
    "ﬁona",
    "İpek",
    "ışık",
    "ΣΊΣΥΦΟΣ",
    "e\u{301}mile",
    "Émilie",
    "Ｗｉｄｅ",
];

/// A service with users of every role, state and kind of name.
async fn people() -> App {
    let app = App::start().await;
    for (number, name) in NAMES.into_iter().enumerate() {
        let role = ["admin", "curator", "consumer"][number % 3];
        let mut body = employee(name, json!({"klueRole": role, "employeeId": (number % 4).to_string()}));
        if number % 2 == 0 {
            // Not unique, and with case.
            body["externalId"] = ["00uA", "00ua"][number % 4 / 2].into();
        }
        body["name"]["familyName"] = ["Lovelace", "LOVELACE", "Ångström"][number % 3].into();
        let user = created(&app, body).await;
        if number % 5 == 0 {
            app.patch(&user.user_path(), operation("replace", "active", json!(false))).await.expect(200);
        }
    }
    app
}

async fn resources(app: &App, query: &str) -> (Vec<Value>, u64) {
    let answer = app.get(&format!("/scim/v2/Users?{query}")).await.expect(200).json();
    let resources = answer["Resources"].as_array().cloned().expect("a list has Resources");
    (resources, answer["totalResults"].as_u64().expect("a list has a total"))
}

fn encoded(filter: &str) -> String {
    form_urlencoded::byte_serialize(filter.as_bytes()).collect()
}

/// Checks a property of one service, for as many cases as it has time for.
fn check<S: Strategy>(
    cases: u32,
    strategy: &S,
    property: impl AsyncFn(&App, &[Value], S::Value) -> Result<(), TestCaseError>,
) {
    let runtime = Runtime::new().expect("a runtime starts");
    let app = runtime.block_on(people());
    let (all, total) = runtime.block_on(resources(&app, "count=1000"));
    assert_eq!((all.len(), total), (NAMES.len(), NAMES.len() as u64));

    // By hand as many as PROPTEST_CASES says; 256 are usual.
    let usual = ProptestConfig::default();
    let cases = cases * usual.cases / 256;
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..usual });
    let result = runner.run(strategy, |value| runtime.block_on(property(&app, &all, value)));
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

/// What a list can be in order of: by claims, by rows, and by what has to be read.
fn order() -> impl Strategy<Value = String> {
    let attribute =
        select(vec!["", "userName", "emails", "name.familyName", "externalId", "active", "meta.created", "title"]);
    let direction = select(vec!["", "ascending", "descending"]);
    (attribute, direction).prop_map(|(attribute, direction)| format!("&sortBy={attribute}&sortOrder={direction}"))
}

/// The users in an order, sorted apart from the service.
fn in_order(users: &[Value], order: &str) -> Vec<Value> {
    let query = ListQuery::from_pairs(form_urlencoded::parse(order.as_bytes())).expect("an order");
    let mut users = users.to_vec();
    if let Some(sort) = query.sort {
        users.sort_by(|one, other| sort.compare(&sort.key(&USER, one), &sort.key(&USER, other)));
    }
    users
}

/// Filters in which look-ups and what has to be read stand beside each other.
fn filter() -> impl Strategy<Value = String> {
    let name = || {
        let spelled = (select(&NAMES[..]), 0..4u8).prop_map(|(name, spelling)| match spelling {
            0 => name.to_uppercase(),
            1 => name.to_lowercase(),
            2 => name.chars().take(2).collect(),
            _ => name.to_owned(),
        });
        prop_oneof![9 => spelled, 1 => Just("nobody".to_owned())]
    };
    let comparisons = vec![
        "userName eq \"$@example.com\"",
        "userName eq \"$@EXAMPLE.com\"",
        "userName sw \"$\"",
        "userName co \"$\"",
        "userName ne \"$@example.com\"",
        "emails eq \"$@example.com\"",
        "emails.value sw \"$\"",
        "emails[type eq \"work\" and value eq \"$@example.com\"]",
        "emails[value sw \"$\" or value eq \"ada@example.com\"]",
        "emails[not (value sw \"$\")]",
        "name.givenName eq \"$\"",
        "displayName sw \"$\"",
    ];
    let others = vec![
        "externalId eq \"00uA\"".to_owned(),
        "externalId eq \"00ua\"".to_owned(),
        "externalId sw \"00u\"".to_owned(),
        "externalId pr".to_owned(),
        "active eq false".to_owned(),
        "active ne \"False\"".to_owned(),
        "title pr".to_owned(),
        "name.familyName eq \"lovelace\"".to_owned(),
        "name.familyName gt \"m\"".to_owned(),
        "meta.created gt \"2020-01-01T00:00:00Z\"".to_owned(),
        "id eq \"7\"".to_owned(),
        format!("{ENTERPRISE}:klueRole eq \"ADMIN\""),
        format!("{ENTERPRISE}:visibilityGroup pr"),
        format!("{ENTERPRISE}:employeeId ge \"2\""),
    ];
    let comparison = (select(comparisons), name()).prop_map(|(comparison, name)| comparison.replace('$', &name));
    prop_oneof![3 => comparison, 1 => select(others)].prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|filter| format!("not ({filter})")),
        ]
    })
}

fn filters() -> impl Strategy<Value = Option<String>> {
    prop_oneof![1 => Just(None), 2 => filter().prop_map(Some)]
}

fn matching(users: &[Value], filter: &Option<String>) -> Vec<Value> {
    let condition = filter.as_ref().map(|text| Filter::parse(text).expect("a filter"));
    let matches = |user: &&Value| condition.as_ref().is_none_or(|filter| filter.matches(&USER, user));
    users.iter().filter(matches).cloned().collect()
}

#[test]
fn pages_by_cursor_are_the_whole_in_parts_in_both_directions() {
    check(48, &(1..7usize, filters(), order()), async |app, all, (count, filter, order)| {
        let expected = in_order(&matching(all, &filter), &order);
        let filter = filter.map(|text| format!("&filter={}", encoded(&text))).unwrap_or_default();
        let page = async |cursor: &str| {
            let path = format!("/scim/v2/Users?count={count}{filter}{order}&cursor={cursor}");
            app.get(&path).await.expect(200).json()
        };

        let mut pages = vec![page("").await];
        while let Some(next) = pages[pages.len() - 1]["nextCursor"].as_str() {
            pages.push(page(next).await);
        }
        let users = |page: &Value| page["Resources"].as_array().cloned().expect("a list has Resources");
        let found: Vec<_> = pages.iter().flat_map(users).collect();
        prop_assert_eq!(found, expected, "{}{}", filter, order);
        for pair in pages.windows(2) {
            let back = page(pair[1]["previousCursor"].as_str().expect("a page before")).await;
            prop_assert_eq!(users(&back), users(&pair[0]), "back by {}{}", filter, order);
        }
        Ok(())
    });
}

#[test]
fn pages_are_the_whole_in_parts() {
    check(48, &(1..16usize, 1..7usize, filters(), order()), async |app, all, (start, count, filter, order)| {
        let expected = in_order(&matching(all, &filter), &order);
        let filter = filter.map(|text| format!("&filter={}", encoded(&text))).unwrap_or_default() + &order;

        let mut found = Vec::new();
        for first in (start..).step_by(count) {
            let (page, total) = resources(app, &format!("startIndex={first}&count={count}{filter}")).await;
            prop_assert_eq!(total, expected.len() as u64);
            prop_assert!(page.len() <= count);
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }

        prop_assert_eq!(found, expected.get(start - 1..).unwrap_or_default().to_vec(), "{}", filter);
        Ok(())
    });
}

#[test]
fn a_filter_finds_the_users_that_match_it_and_no_others() {
    check(320, &filter(), async |app, all, text| {
        let filter = Filter::parse(&text).expect("a filter");
        let expected: Vec<_> = all.iter().filter(|user| filter.matches(&USER, user)).cloned().collect();

        let (found, total) = resources(app, &format!("filter={}", encoded(&text))).await;

        prop_assert_eq!(total, expected.len() as u64, "{}", text);
        prop_assert_eq!(found, expected, "{}", text);
        Ok(())
    });
}

#[test]
fn a_page_has_as_many_users_as_were_asked_for() {
    check(48, &(-3..20i64, -2..20i64), async |app, all, (start, count)| {
        let (page, total) = resources(app, &format!("startIndex={start}&count={count}")).await;

        let first = usize::try_from(start.max(1) - 1).expect("from the first on");
        let wanted = usize::try_from(count).unwrap_or(0);
        let expected: Vec<_> = all.iter().skip(first).take(wanted).cloned().collect();
        prop_assert_eq!((page, total), (expected, all.len() as u64));
        Ok(())
    });
}
