//! Creations that race: what conflicts between transactions cost in time and in request units.

use std::time::{Duration, Instant};

use directory::SentCall;
use futures_util::future::join_all;
use serde_json::Value;
use tests::app::{Answer, App};

use crate::page::{Page, significant};
use crate::people::{name, person};
use crate::sample::Sample;
use crate::{Extent, bar, far};

const CREATIONS: usize = 32;
/// A transaction costs two write units for each KiB of each item, and no item of these has more than one KiB.
const UNITS_OF_ITEM: usize = 2;

/// What is told of a race, in the order of [`Race::figures`].
const FIGURES: [&str; 11] = [
    "seconds until all are made",
    "answers 201",
    "answers 429, after which the client waits and tries again",
    "other answers after which it does",
    "transactions sent",
    "refused for a conflict",
    "refused by a condition",
    "reads sent",
    "read units",
    "write units, carried out",
    "write units, refused",
];

pub(crate) async fn measure(extent: Extent, page: &mut Page) {
    let times = extent.of(3, 1);
    let bar = bar("racing creations", 2 * times);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..times {
        for (is_conflicting, races) in [(true, &mut with), (false, &mut without)] {
            races.push(race(is_conflicting).await);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();

    page.section("Creations that race");
    page.say(format!(
        "{CREATIONS} clients create a user each in one instance, all at once, where each call to DynamoDB takes 15 ms \
         longer than here: 5 ms on the way, 10 ms at the table. With conflicts, a transaction is refused as DynamoDB does \
         it, with `TransactionConflict`, whenever another one that writes the same item is at the table; and all of them \
         write the instance's counter. Without, the later one waits for the earlier one, and is refused by its condition. \
         A client that gets 429 waits as `Retry-After` says. Medians of {times}, each in a directory of its own, which is \
         whole afterwards."
    ));
    let (with, without) = (medians(&with), medians(&without));
    let rows = FIGURES.iter().zip(with.iter().zip(&without));
    page.table(
        ["", "with conflicts", "without"],
        rows.map(|(name, (with, without))| [(*name).to_owned(), significant(*with), significant(*without)]),
    );
    let (carried_out, refused) = (with[9], with[10]);
    page.say(format!(
        "Read units, and the write units of what was carried out, are those that the engine reports. Of a transaction that \
         was refused neither the engine nor DynamoDB reports any; but DynamoDB charges for refused writes too. A transaction \
         is priced as two writes of each item, one to prepare it and one to carry it out, and what is charged of one \
         that ends in between is not said: the last line is the whole price of each, {UNITS_OF_ITEM} units an item of up to \
         1 KiB, and so the most that it can be. With conflicts a user then costs {} write units, {} of them for what was \
         refused.",
        significant((carried_out + refused) / CREATIONS as f64),
        significant(refused / CREATIONS as f64),
    ));
    page.target(&format!("{CREATIONS} racing creations with conflicts at 15 ms a trip"), with[0], 10.0, " s");
}

fn medians(races: &[[f64; FIGURES.len()]]) -> Vec<f64> {
    let median = |index: usize| Sample::new(races.iter().map(|race| race[index]).collect()).median();
    (0..FIGURES.len()).map(median).collect()
}

/// A race in a new directory: the values of [`FIGURES`].
async fn race(is_conflicting: bool) -> [f64; FIGURES.len()] {
    let app = far::service(is_conflicting).await;
    let started = Instant::now();
    let answers: Vec<_> = join_all((0..CREATIONS).map(|number| create(&app, number))).await.concat();
    let time = started.elapsed();

    let listed = app.get("/scim/v2/Users?count=0").await.expect(200).text_at("/totalResults");
    assert_eq!(listed, CREATIONS.to_string(), "every user is there once");
    assert_eq!(app.inconsistencies().await, [""; 0]);
    assert!(app.items().iter().all(|item| item.to_string().len() <= 1024), "no item has more than one KiB");
    figures(time, &answers)
}

/// Creates a user as a client does that tries again when it is told to; gives all answers.
async fn create(app: &App, number: usize) -> Vec<Answer> {
    let mut answers = Vec::new();
    loop {
        let answer = app.post("/scim/v2/Users", person(&name(number))).await;
        let wait = answer.header("retry-after").parse().map(Duration::from_secs);
        let is_made = answer.status == 201;
        answers.push(answer);
        match (is_made, wait) {
            (true, _) => return answers,
            (false, Ok(wait)) => tokio::time::sleep(wait).await,
            (false, Err(_)) => panic!("expected 201 or Retry-After, got {}", answers[answers.len() - 1]),
        }
    }
}

fn figures(time: Duration, answers: &[Answer]) -> [f64; FIGURES.len()] {
    let answered = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    let calls = || answers.iter().flat_map(|answer| &answer.sent);
    let transactions = || calls().filter(|call| is_transaction(call));
    let (made, waiting) = (answered(201), answered(429));
    let conflicts = answers.iter().map(|answer| answer.usage.conflicts()).sum::<u32>() as usize;
    let sent = transactions().count();
    // The last one of each creation was carried out; they all have as many items.
    let items = transactions().next().map_or(0, items);
    assert!(transactions().all(|call| self::items(call) == items), "a creation is a creation");
    let units = |of: fn(&Answer) -> f64| answers.iter().map(of).sum::<f64>();
    [
        time.as_secs_f64(),
        made as f64,
        waiting as f64,
        (answers.len() - made - waiting) as f64,
        sent as f64,
        conflicts as f64,
        (sent - made - conflicts) as f64,
        (calls().count() - sent) as f64,
        units(|answer| answer.usage.read_units()),
        units(|answer| answer.usage.write_units()),
        ((sent - made) * items * UNITS_OF_ITEM) as f64,
    ]
}

fn is_transaction(call: &SentCall) -> bool {
    call.target.ends_with(".TransactWriteItems")
}

fn items(call: &SentCall) -> usize {
    let body: Value = serde_json::from_slice(&call.body).expect("DynamoDB is asked in JSON");
    body["TransactItems"].as_array().map_or(0, Vec::len)
}
