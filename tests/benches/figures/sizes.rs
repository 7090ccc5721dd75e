//! What pages and look-ups take as an instance grows, and a whole import.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use tests::app::{App, new_pepper_secret};
use tests::engine::Engine;

use crate::folder::Folder;
use crate::page::{Page, significant};
use crate::people::{address, external_id, id, name};
use crate::sample::Sample;
use crate::{Extent, bar, plot, seed};

const MILLION: usize = 1_000_000;
/// An import of more would take minutes, and tell nothing that pages do not tell.
const LARGEST_IMPORT: usize = 100_000;
/// What Okta asks for.
const PAGE: usize = 100;
const ROUNDS_BEFORE: usize = 20;

/// A kind of request: its name, and for an instance of so many users a path and the number of a user in the answer.
type Kind = (&'static str, fn(usize) -> (String, usize));

const PAGES: [Kind; 4] = [
    ("page at 1", |users| page_at(users, 0)),
    ("page at 10 %", |users| page_at(users, 10)),
    ("page at 50 %", |users| page_at(users, 50)),
    ("page at 99 %", |users| page_at(users, 99)),
];
const LOOK_UPS: [Kind; 4] = [
    ("filter on userName", |users| filter("userName", users, address)),
    ("filter on externalId", |users| filter("externalId", users, external_id)),
    ("filter on emails.value", |users| filter("emails.value", users, address)),
    ("GET by id", |users| {
        let number = anyone(users);
        (format!("/scim/v2/Users/{}", id(number)), number)
    }),
];

/// What was measured of an instance of so many users.
struct AtSize {
    users: usize,
    pages: [Sample; 4],
    look_ups: [Sample; 4],
    import: Option<Duration>,
}

pub(crate) async fn measure(extent: Extent, page: &mut Page) {
    let folder = Folder::new("sizes");
    let mut apps = Vec::new();
    for users in extent.of(vec![1000, 10_000, 100_000, MILLION], vec![1000, 10_000]) {
        let file = folder.file(&format!("{users}.db"));
        let engine = Engine::on_disk(&file, Ipv4Addr::LOCALHOST).expect("the engine starts");
        let app = App::unwatched(engine, &new_pepper_secret()).await;
        seed::load(&app, users);
        let total = app.get("/scim/v2/Users?count=0").await.expect(200).text_at("/totalResults");
        assert_eq!(total, users.to_string(), "the service counts who was loaded");
        apps.push((app, users));
    }
    let times = requests(&apps, extent.of(400, 100)).await;
    let mut measured = Vec::new();
    for ((app, users), times) in apps.iter().zip(times) {
        let users = *users;
        let import = if users <= LARGEST_IMPORT { Some(import(app, users).await) } else { None };
        let [one, two, three, four, five, six, seven, eight] = times.map(Sample::micros);
        measured.push(AtSize { users, pages: [one, two, three, four], look_ups: [five, six, seven, eight], import });
    }
    report(page, &measured);
}

/// Sends requests of each kind to each size in turns.
async fn requests(apps: &[(App, usize)], rounds: usize) -> Vec<[Vec<Duration>; 8]> {
    let bar = bar("pages and look-ups", ROUNDS_BEFORE + rounds);
    let mut times: Vec<[Vec<_>; 8]> = apps.iter().map(|_| Default::default()).collect();
    for round in 0..ROUNDS_BEFORE + rounds {
        for ((what, kind), position) in PAGES.iter().chain(&LOOK_UPS).zip(0..) {
            for ((app, users), times) in apps.iter().zip(&mut times) {
                let (path, number) = kind(*users);
                let started = Instant::now();
                let answer = app.get(&path).await.expect(200);
                let time = started.elapsed();
                assert!(answer.text.contains(&id(number).to_string()), "{what}: {path} does not find user {number}");
                if round >= ROUNDS_BEFORE {
                    times[position].push(time);
                }
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    times
}

/// Reads all pages one after the other.
async fn import(app: &App, users: usize) -> Duration {
    let bar = bar(&format!("import of {users} users"), users / PAGE);
    let started = Instant::now();
    for start in (1..=users).step_by(PAGE) {
        let answer = app.get(&page_from(start)).await.expect(200);
        assert!(answer.text.contains(&id(start + PAGE - 1).to_string()), "the page at {start} is full");
        bar.inc(1);
    }
    bar.finish_and_clear();
    started.elapsed()
}

/// The page behind so many of a hundred.
fn page_at(users: usize, percent: usize) -> (String, usize) {
    let start = (users / PAGE - 1) * percent / 100 * PAGE + 1;
    (page_from(start), start + PAGE - 1)
}

fn page_from(start: usize) -> String {
    format!("/scim/v2/Users?startIndex={start}&count={PAGE}")
}

fn filter(attribute: &str, users: usize, value: fn(&str) -> String) -> (String, usize) {
    let number = anyone(users);
    (format!("/scim/v2/Users?filter={attribute}+eq+%22{}%22", value(&name(number))), number)
}

fn anyone(users: usize) -> usize {
    fastrand::usize(1..=users)
}

fn report(page: &mut Page, measured: &[AtSize]) {
    page.section("Pages and look-ups of 1,000 to 1,000,000 users");
    page.say(
        "An instance of each size, on an engine on disk of its own. Each request goes through the whole service in one \
         process: milliseconds, median / 99th percentile, sizes and kinds in turns. Pages are of 100 users, as Okta asks \
         for them, and lie behind 0, 10, 50 and 99 % of the users; look-ups are of random users.",
    );
    kinds(page, "pages", "A page of 100 users", &PAGES, measured, |at| &at.pages);
    kinds(page, "look-ups", "The look-up of a user", &LOOK_UPS, measured, |at| &at.look_ups);
    page.say("A whole import, page after page of 100 users:");
    let rows = measured.iter().filter_map(|at| {
        let seconds = at.import?.as_secs_f64();
        Some([users(at), significant(seconds), significant(at.users as f64 / seconds)])
    });
    page.table(["users", "seconds", "users a second"], rows);
    targets(page, measured);
}

fn kinds(
    page: &mut Page,
    name: &str,
    title: &str,
    kinds: &[Kind; 4],
    measured: &[AtSize],
    of: impl Fn(&AtSize) -> &[Sample; 4],
) {
    let [one, two, three, four] = kinds.map(|(name, _)| name);
    let millis = |micros: f64| micros / 1e3;
    page.table(
        ["users", one, two, three, four],
        measured.iter().map(|at| {
            let [one, two, three, four] = of(at).each_ref().map(|sample| {
                format!("{} / {}", significant(millis(sample.median())), significant(millis(sample.p99())))
            });
            [users(at), one, two, three, four]
        }),
    );
    let series = kinds.iter().enumerate().map(|(position, (name, _))| {
        let points = measured.iter().map(|at| (at.users as f64, millis(of(at)[position].median())));
        ((*name).to_owned(), points.collect())
    });
    let series: Vec<_> = series.collect();
    let path = page.plot(name, &format!("{title}, by the users of the instance"));
    plot::lines(&path, title, "users", "milliseconds (median)", &series);
}

fn targets(page: &mut Page, measured: &[AtSize]) {
    let [smallest, .., largest] = measured else { return };
    if largest.users != MILLION {
        return;
    }
    let [first, .., last] = &largest.pages;
    let what = "page of 100 at 99 % of 1,000,000 users, against the page at 1";
    page.target(what, last.median() / first.median(), 1.2, "×");
    for ((name, _), (large, small)) in LOOK_UPS.iter().zip(largest.look_ups.iter().zip(&smallest.look_ups)) {
        let what = format!("{name} of 1,000,000 users, against 1,000");
        page.target(&what, large.median() / small.median(), 1.2, "×");
    }
}

fn users(at: &AtSize) -> String {
    significant(at.users as f64)
}
