//! Keys that do not open anything: whether the time to refuse one tells what is right about it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use directory::{ApiKey, Credentials, KEY_PREFIX, Peppers, PresentedKey, Scope, verify};
use http::Method;
use tests::app::{App, Call, new_pepper_secret};
use tests::engine::Engine;

use crate::page::{Page, significant};
use crate::people::person;
use crate::sample::Sample;
use crate::{Extent, bar};

/// The kinds that nobody may tell apart come first.
const REFUSED: usize = 3;
const KINDS: [&str; REFUSED + 1] =
    ["the id of a key, another secret", "the id of no key", "a key but for half of its secret", "a key"];
/// What may lie between them, in percent: of that, a client on the network sees nothing.
const MOST: f64 = 5.0;

pub(crate) async fn measure(extent: Extent, page: &mut Page) {
    let pepper = new_pepper_secret();
    let app = App::unwatched(Engine::in_memory().expect("the engine starts"), &pepper).await;
    let keys = keys(&app.tenant.scim_key);
    let requests = requests(&app, &keys, extent.of(3000, 300)).await;
    let peppers = Peppers::from_secret(&pepper).expect("a new pepper is good");
    let checks = checks(&keys, &peppers, extent.of(300, 50));

    page.section("Keys that are wrong");
    page.say(
        "`GET` of a user with keys that are wrong in different ways, and with a right one, in turns; and the check alone, \
         without DynamoDB. Whoever has no key shall not learn from the time whether there is one of that id, nor how much \
         of it is right. A key that this service cannot have issued (another form, or a wrong checksum) is refused \
         before anything is read: everybody can tell beforehand that it is. An id of a wrong form with a right checksum \
         there is not, since every word of so many digits is an id.",
    );
    let rows = (0..KINDS.len()).map(|kind| {
        let (request, check) = (Sample::new(requests[kind].clone()), Sample::new(checks[kind].clone()));
        let figures = [request.median(), request.p99(), check.median(), check.p99()];
        let [median, p99, check, check_p99] = figures.map(significant);
        [KINDS[kind].to_owned(), median, p99, check, check_p99]
    });
    page.table(["", "request, µs", "p99", "check alone, ns", "p99"], rows);
    let apart = apart(&requests[..REFUSED]);
    let own = requests[..REFUSED].iter().map(|times| apart_from_itself(times)).fold(0.0, f64::max);
    page.say(format!(
        "Between the medians of the three that are refused lie at most {} % of a request and {} % of a check. The halves \
         of one kind, every second request each, lie up to {} % apart, which is what chance does here. What differs on \
         purpose: of an id of no key, DynamoDB has an item less to send, and the service one less to read.",
        significant(apart),
        significant(self::apart(&checks[..REFUSED])),
        significant(own),
    ));
    page.target("time between keys that are wrong, unknown or right in part", apart, MOST, " %");
}

/// A key of each kind.
fn keys(right: &str) -> [String; KINDS.len()] {
    let presented = PresentedKey::parse(right).expect("an issued key is well-formed");
    let (instance, id) = (presented.instance(), presented.key_id());
    let unknown = "000000000".parse().expect("nine digits are an id");
    let mut secret = secret_of(right);
    secret[16..].iter_mut().for_each(|byte| *byte = !*byte);
    let in_part = PresentedKey::issue(instance, id, &secret).expose().to_owned();
    let alike = right.bytes().zip(in_part.bytes()).take_while(|(one, other)| one == other).count();
    assert!((SECRET + 20..SECRET + 23).contains(&alike), "half of the secret is right, {alike} digits of the key");
    let other = |id| PresentedKey::issue(instance, id, &[7; 32]).expose().to_owned();
    [other(id), other(unknown), in_part, right.to_owned()]
}

/// Where the secret stands in a key: behind the prefix and the ids of the instance and the key.
const SECRET: usize = KEY_PREFIX.len() + 11 + 9;

/// The 32 bytes that 43 digits of a key stand for.
fn secret_of(key: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for digit in key[SECRET..SECRET + 43].bytes() {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'A'..=b'Z' => digit - b'A' + 10,
            _ => digit - b'a' + 36,
        };
        let mut carry = u16::from(value);
        for byte in bytes.iter_mut().rev() {
            let [high, low] = (u16::from(*byte) * 62 + carry).to_be_bytes();
            (*byte, carry) = (low, u16::from(high));
        }
    }
    bytes
}

/// Microseconds of each request, by kind.
async fn requests(app: &App, keys: &[String; KINDS.len()], times: usize) -> [Vec<f64>; KINDS.len()] {
    let user = app.post("/scim/v2/Users", person("ada")).await.expect(201).user_path();
    let bar = bar("requests with keys that are wrong", times);
    let mut measured = [const { Vec::new() }; KINDS.len()];
    // In an order that changes, since a request is quicker or slower by what came before it.
    let (mut random, mut order) = (fastrand::Rng::with_seed(1), [0, 1, 2, 3]);
    for _ in 0..times {
        random.shuffle(&mut order);
        for kind in order {
            let call = Call::new(Method::GET, &user).key(&keys[kind]);
            let started = Instant::now();
            let answer = app.call(call).await;
            measured[kind].push(started.elapsed().as_secs_f64() * 1e6);
            answer.expect(if kind < REFUSED { 401 } else { 200 });
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    measured
}

/// Nanoseconds of a check, by kind: each of so many measurements is the mean of a thousand checks.
fn checks(keys: &[String; KINDS.len()], peppers: &Peppers, times: usize) -> [Vec<f64>; KINDS.len()] {
    const CHECKS: u32 = 1000;
    let now = store::system_clock()();
    let presented = keys.each_ref().map(|key| PresentedKey::parse(key).expect("the keys are well-formed"));
    let (version, pepper) = peppers.current();
    let right = &presented[KINDS.len() - 1];
    let stored = ApiKey {
        id: right.key_id(),
        scope: Scope::Scim,
        description: "Okta".to_owned(),
        hash: pepper.hash(right),
        pepper: version.to_owned(),
        created: now,
        created_by: None,
        expires: None,
        revoked: None,
        last_used: None,
        replaced_by: None,
    };
    let credentials = presented.each_ref().map(|key| Credentials { key: key.clone(), request_id: "r1".to_owned() });
    let mut measured = [const { Vec::new() }; KINDS.len()];
    for _ in 0..times {
        for (credentials, measured) in credentials.iter().zip(&mut measured) {
            let stored = (credentials.key.key_id() == stored.id).then_some(&stored);
            let started = Instant::now();
            for _ in 0..CHECKS {
                drop(black_box(verify(black_box(credentials), black_box(stored), peppers, Scope::Scim, now)));
            }
            measured.push(mean_nanos(started.elapsed(), CHECKS));
        }
    }
    measured
}

fn mean_nanos(time: Duration, times: u32) -> f64 {
    time.as_secs_f64() * 1e9 / f64::from(times)
}

/// How far the medians lie apart, in percent of the smallest.
fn apart(kinds: &[Vec<f64>]) -> f64 {
    let medians = kinds.iter().map(|times| Sample::new(times.clone()).median());
    let (least, most) =
        medians.fold((f64::MAX, 0.0_f64), |(least, most), median| (least.min(median), most.max(median)));
    (most / least - 1.0) * 100.0
}

/// The same of the halves of one kind.
fn apart_from_itself(times: &[f64]) -> f64 {
    let half = |first: usize| times.iter().skip(first).step_by(2).copied().collect();
    apart(&[half(0), half(1)])
}
