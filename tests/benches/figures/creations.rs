//! How many users are created in a second: one after another, at once, and by bulk requests.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tests::app::{Answer, App, new_pepper_secret};
use tests::engine::Engine;

use crate::page::{Page, significant};
use crate::people::{creation, name, person};
use crate::sample::Sample;
use crate::{Extent, bar, far};

const AT_ONCE: usize = 16;
/// As many as a bulk request may have.
const BULK: usize = 1000;

/// A way of creating users.
#[derive(Clone, Copy)]
enum Way {
    OneByOne,
    AtOnce,
    Bulk,
}

/// What was measured of a way.
#[derive(Default)]
struct Made {
    rates: Vec<f64>,
    times: Vec<Duration>,
    users: usize,
    transactions: usize,
    refused: usize,
}

pub(crate) async fn measure(extent: Extent, page: &mut Page) {
    page.section("Creations");
    page.say(format!(
        "Users a second through the whole service in one process. All creations of an instance write its count of \
         users, on the condition that it is what was read; of those that are under way together one succeeds, and the \
         others try again. So {AT_ONCE} at once send more transactions for a user. Here all of them share the \
         processors with the engine, and each that is in vain takes time from the others:",
    ));
    let engine = Engine::in_memory().expect("the engine starts");
    let here = App::unwatched(engine, &new_pepper_secret()).await;
    ways(page, here, extent.of(800, 160), extent.of(5, 3)).await;
    page.say(
        "With 15 ms a round trip, and transactions that are refused while another one is writing one of their items, \
         as DynamoDB does:",
    );
    ways(page, far::service(true).await, extent.of(320, 64), extent.of(3, 1)).await;
}

async fn ways(page: &mut Page, app: App, users: usize, repetitions: usize) {
    let app = Arc::new(app);
    let names = [
        (Way::OneByOne, "one after another".to_owned()),
        (Way::AtOnce, format!("{AT_ONCE} at once")),
        (Way::Bulk, "`POST /Bulk` of 1,000".to_owned()),
    ];
    let bar = bar("creations", repetitions * names.len());
    let mut made = <[Made; 3]>::default();
    let mut next = 0;
    for _ in 0..repetitions {
        for ((way, _), made) in names.iter().zip(&mut made) {
            let numbers = next..next + if matches!(way, Way::Bulk) { BULK } else { users };
            next = numbers.end;
            create(&app, *way, numbers, made).await;
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    let header = ["", "users a second", "transactions a user", "ms a request", "p99", "refused with 429"];
    page.table(header, names.into_iter().zip(made).map(|((_, name), made)| row(name, made)));
}

async fn create(app: &Arc<App>, way: Way, numbers: Range<usize>, made: &mut Made) {
    let started = Instant::now();
    let users = numbers.len();
    let answers = match way {
        Way::Bulk => vec![timed(Arc::clone(app), "/scim/v2/Bulk", bulk(numbers)).await],
        Way::OneByOne | Way::AtOnce => {
            let at_once = if matches!(way, Way::AtOnce) { AT_ONCE } else { 1 };
            let post = |number| tokio::spawn(timed(Arc::clone(app), "/scim/v2/Users", person(&name(number))));
            stream::iter(numbers).map(post).buffer_unordered(at_once).map(|done| done.expect("it ends")).collect().await
        }
    };
    made.rates.push(users as f64 / started.elapsed().as_secs_f64());
    made.users += users;
    for (answer, time) in answers {
        match answer.status.as_u16() {
            200 | 201 => {}
            429 => made.refused += 1,
            _ => panic!("a user is created, or told to wait: {answer}"),
        }
        made.transactions += answer.sent.iter().filter(|call| call.target.ends_with("TransactWriteItems")).count();
        made.times.push(time);
    }
}

async fn timed(app: Arc<App>, path: &'static str, body: Value) -> (Answer, Duration) {
    let started = Instant::now();
    let answer = app.post(path, body).await;
    (answer, started.elapsed())
}

fn bulk(numbers: Range<usize>) -> Value {
    json!({"Operations": numbers.map(|number| creation(&name(number))).collect::<Vec<_>>()})
}

fn row(name: String, made: Made) -> [String; 6] {
    let times = Sample::micros(made.times);
    [
        name,
        significant(Sample::new(made.rates).median()),
        significant(made.transactions as f64 / made.users as f64),
        significant(times.median() / 1e3),
        significant(times.p99() / 1e3),
        made.refused.to_string(),
    ]
}
