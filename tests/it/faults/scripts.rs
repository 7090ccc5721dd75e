//! Scripts of faults: what they say, and how a wrong one is refused.

use futures_util::future::join_all;
use insta::assert_snapshot;
use serde_json::json;
use tests::app::App;
use tests::faults::{Fault, Faults, Script};

use crate::people::{created, operation, person};

#[test]
fn a_script_with_a_typo_is_refused_with_its_line() {
    let refused = |script: &str| script.parse::<Script>().expect_err(script).to_string();

    assert_snapshot!(refused("# A comment.\n\nGetItem * 500\nGetItems * 500"), @"line 4 of the fault script, 'GetItems * 500': 'GetItems' is no operation: expected * or one of BatchGetItem, BatchWriteItem, GetItem, GetSecretValue, PutItem, Query, TransactWriteItems, UpdateItem");
    assert_snapshot!(refused("Query 2..1 500"), @"line 1 of the fault script, 'Query 2..1 500': '2..1' says of no calls: expected *, 3, 2..4, 2.., 5% or overlapping");
    assert_snapshot!(refused("Query 0 500"), @"line 1 of the fault script, 'Query 0 500': '0' says of no calls: expected *, 3, 2..4, 2.., 5% or overlapping");
    assert_snapshot!(refused("Query 101% 500"), @"line 1 of the fault script, 'Query 101% 500': '101%' says of no calls: expected *, 3, 2..4, 2.., 5% or overlapping");
    assert_snapshot!(refused("* * drop"), @"line 1 of the fault script, '* * drop': 'drop' is no fault: expected delay and a time, throttle, busy, drop-before, drop-after, 500, conflict, in-progress, leave-out, invalid, deny");
    assert_snapshot!(refused("* * delay"), @"line 1 of the fault script, '* * delay': 'delay' is no fault: expected delay and a time, throttle, busy, drop-before, drop-after, 500, conflict, in-progress, leave-out, invalid, deny");
    assert_snapshot!(refused("* * delay 2min"), @"line 1 of the fault script, '* * delay 2min': '2min' is no time: expected milliseconds or seconds, such as 200ms or 3s");
    assert_snapshot!(refused("* overlapping 500"), @"line 1 of the fault script, '* overlapping 500': 'overlapping' goes with conflict, not with '500'");
    assert_snapshot!(refused("Query 500"), @"line 1 of the fault script, 'Query 500': expected an operation or *, which of its calls, and a fault");
}

#[tokio::test]
async fn the_first_rule_that_fits_decides() {
    let faults = Faults::default();
    let app = App::with_faults(&faults).await;
    app.get("/scim/v2/Users").await.expect(200);

    faults.play("BatchGetItem 2 leave-out\nBatchGetItem 1..2 500\nBatchGetItem 9 throttle");
    app.get("/scim/v2/Users").await.expect(200);

    let made = [Fault::LeaveOut, Fault::InternalError, Fault::Throttle].map(|fault| faults.made(fault));
    assert_eq!(made, [1, 1, 0]);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_faults() {
    let mut told = Vec::new();
    for seed in [7, 7, 8] {
        let faults = Faults::seeded(seed);
        let app = App::with_faults(&faults).await;
        faults.play("BatchGetItem 30% leave-out");
        for _ in 0..40 {
            app.get("/scim/v2/Users").await.expect(200);
        }
        told.push((faults.made(Fault::LeaveOut), faults.calls()));
    }

    assert!(told[0] == told[1] && told[0] != told[2] && told[0].0 > 0, "{told:?}");
}

#[tokio::test]
async fn transactions_that_overlap_collide_and_are_all_done_in_the_end() {
    let faults = Faults::default();
    let app = App::with_faults(&faults).await;
    let path = created(&app, person("ada")).await.user_path();
    faults.play("* overlapping conflict\nTransactWriteItems * delay 5ms");

    let patches = (0..8).map(|index| app.patch(&path, operation("replace", "externalId", json!(index.to_string()))));
    let answers = join_all(patches).await;

    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(app.get(&path).await.text_at("/meta/version"), "W/\"9\"");
    assert!(faults.made(Fault::Conflict) > 0, "transactions overlapped, and none was refused");
    assert_eq!(app.inconsistencies().await, [""; 0]);
}
