//! What the service itself may cost: filter, mapping and PATCH, key, list.
//!
//! `make bench` prints each beside its budget; what DynamoDB and the SDK add is not in it.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use directory::{
    ApiKey, Credentials, InstanceId, KeyId, NamedGroup, Peppers, PresentedKey, Scope, Setting, User, UserId, UserPatch,
    UserRepresentation, UserResource, change, new_user, verify,
};
use jiff::Timestamp;
use lambda::View;
use scim::{Filter, PagePlace, Projection};
use serde_json::{Value, json};

fn setting() -> Setting {
    let id = InstanceId::from_number(1);
    let instance =
        directory::Instance { id, name: "Bench".into(), default_group: "Full Access".into(), user_count: 100 };
    Setting { instance, named_group: NamedGroup::None }
}

fn body() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": true, "value": "ada@example.com", "type": "work"}],
        "displayName": "Ada Lovelace",
        "locale": "en-US",
        "externalId": "00u1a2b3c4d5e6f7g8h9",
        "groups": [],
        "password": "placeholder",
        "active": true,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeId": "701984"},
    })
}

fn user(row: u32) -> User {
    let asked = UserResource::from_json(&body()).expect("the body describes a user");
    let profile = new_user(&setting(), &asked).expect("the user fits");
    let time = Timestamp::UNIX_EPOCH;
    User { id: UserId::new(row, [7; 12]), version: 1, created: time, last_modified: time, profile }
}

fn filter(criterion: &mut Criterion) {
    let text = black_box(r#"userName eq "a@b.c""#);
    criterion.bench_function("filter: parse (budget 0.5 µs)", |bencher| bencher.iter(|| Filter::parse(text)));
}

fn mapping_and_patch(criterion: &mut Criterion) {
    let body = body().to_string();
    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "countess@example.com"},
            {"op": "replace", "value": {"active": false, "name.familyName": "King"}},
        ],
    })
    .to_string();
    let (stored, setting) = (user(1), setting());
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect("a body is JSON");

    criterion.bench_function("user: body to user, PATCH of two operations, JSON (budget 15 µs)", |bencher| {
        bencher.iter(|| {
            let asked = UserResource::from_json(&parse(black_box(&body))).expect("the body describes a user");
            let profile = new_user(&setting, &asked).expect("the user fits");
            let patch = UserPatch::from_json(&parse(black_box(&patch))).expect("the patch can be read");
            let asked = patch.of_user(&profile).expect("the patch has its targets");
            let profile = change(&profile, &asked, &setting).expect("the change fits");
            let user = User { profile, ..stored.clone() };
            serde_json::to_string(&UserRepresentation { user: &user, base_url: "https://x.example/scim/v2" })
        });
    });
}

fn key(criterion: &mut Criterion) {
    let peppers = Peppers::from_secret(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#);
    let peppers = peppers.expect("the pepper is good");
    let presented = PresentedKey::issue(InstanceId::from_number(1), KeyId::from_number(1), &[7; 32]);
    let stored = ApiKey {
        id: presented.key_id(),
        scope: Scope::Scim,
        description: "Bench".into(),
        hash: peppers.current().1.hash(&presented),
        pepper: "v1".into(),
        created: Timestamp::UNIX_EPOCH,
        created_by: None,
        expires: None,
        revoked: None,
        last_used: None,
        replaced_by: None,
    };
    let text = presented.expose().to_owned();

    criterion.bench_function("key: parse and verify (budget 5 µs)", |bencher| {
        bencher.iter(|| {
            let key = PresentedKey::parse(black_box(&text)).expect("the key is well formed");
            let credentials = Credentials { key, request_id: String::new() };
            verify(&credentials, Some(&stored), &peppers, Scope::Scim, Timestamp::UNIX_EPOCH).is_ok()
        });
    });
}

fn list(criterion: &mut Criterion) {
    let view = View::new("https://x.example/scim/v2".into(), &Projection::All);
    let items_of = |row| store::items_of_new_user(InstanceId::from_number(1), user(row)).expect("a user can be stored");
    let items: Vec<_> = (1..=100).map(|row| items_of(row).swap_remove(0)).collect();

    let mut group = criterion.benchmark_group("list");
    group.throughput(Throughput::Elements(100));
    group.bench_function("100 users, from decoded items to bytes (budget 250 µs)", |bencher| {
        let users_of = |items: Vec<_>| items.into_iter().map(store::user_of_item).collect::<Result<Vec<_>, _>>();
        bencher.iter_batched(
            || items.clone(),
            |items| view.list(&users_of(items).expect("an item is a user"), 100, PagePlace::Index(1)),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(budgets, filter, mapping_and_patch, key, list);
criterion_main!(budgets);
