//! What must hold for any bytes that a client sends.
//!
//! Each function takes what stands in one place of a request, and panics if the service read it in
//! a way that it must not: past a limit, or to something that is not the same when it is written
//! and read again. `tests/seeds.rs` calls them with changed seeds; `fuzz_targets/` under libFuzzer.

#![expect(clippy::missing_panics_doc, reason = "to panic is what these functions are for")]

use std::collections::BTreeMap;
use std::str;

use directory::{
    Bound, CURSOR_NONCE_BYTES, DEFAULT_GROUP, Error, Instance, InstanceId, LookUp, NamedGroup, Peppers, Plan,
    PresentedKey, Profile, Setting, USER, User, UserId, UserPatch, UserRepresentation, UserResource, change, new_user,
    plan,
};
use http::Method;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use lambda::{EventParts, Request};
use scim::{
    AttributePath, BulkMethod, BulkRequest, Filter, ListQuery, MAX_COUNT, MAX_FILTER_BYTES, MAX_PATCH_OPERATIONS,
    PatchOp, PatchPath, References, ScimType, Start, fold,
};
use serde_json::{Value, json};

/// A target: its name, which is that of its folder in `corpus/`, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 9] = [
    ("filter", filter),
    ("path", path),
    ("patch", patch),
    ("user", user),
    ("authorization", authorization),
    ("cursor", cursor),
    ("query", query),
    ("search", search),
    ("bulk", bulk),
];

/// The longest detail of a refusal, in bytes: what a client sent is quoted shortened.
const MAX_DETAIL_BYTES: usize = 8 * 1024;
/// The longest user in JSON, so that 1,000 of them fit an answer of Lambda.
const MAX_USER_BYTES: usize = 5 * 1024;

/// A filter.
pub fn filter(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    match Filter::parse(text) {
        Err(refusal) => {
            assert_eq!(refusal.scim_type(), ScimType::InvalidFilter);
            check_detail(&refusal);
        }
        Ok(filter) => {
            assert!(text.len() <= MAX_FILTER_BYTES);
            check_filter(&filter);
        }
    }
}

fn check_filter(filter: &Filter) {
    let printed = filter.to_string();
    if printed.len() <= MAX_FILTER_BYTES {
        assert_eq!(Filter::parse(&printed).as_ref(), Ok(filter));
    }
    if let Err(refusal) = filter.check(&USER) {
        assert_eq!(refusal.scim_type(), ScimType::InvalidFilter);
        return check_detail(&refusal);
    }
    let user = stored();
    if filter.matches(&USER, &seen(&user))
        && let Plan::LookUp(look_ups) = plan(&ListQuery { filter: Some(filter.clone()), ..ListQuery::default() })
    {
        assert!(look_ups.iter().any(|look_up| leads_to(look_up, &user)), "{filter} matches, and is not found");
    }
}

fn leads_to(look_up: &LookUp, user: &User) -> bool {
    let (user_name, email) = (fold(&user.profile.user_name), fold(&user.profile.email));
    match look_up {
        LookUp::Id(id) => *id == user.id,
        LookUp::UserName(folded) => user_name == *folded,
        LookUp::Email(folded) => email == *folded,
        LookUp::ExternalId(value) => user.profile.external_id.as_ref() == Some(value),
        LookUp::UserNamePrefix(folded) => user_name.starts_with(folded.as_str()),
        LookUp::EmailPrefix(folded) => email.starts_with(folded.as_str()),
    }
}

/// The path of a PATCH operation, or of an attribute in a list.
pub fn path(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(path) = AttributePath::parse(text) {
        assert_eq!(path.to_string(), text);
        let _ = USER.resolve(&path, ScimType::InvalidPath);
    }
    match PatchPath::parse(text) {
        Err(refusal) => {
            assert_eq!(refusal.scim_type(), ScimType::InvalidPath);
            check_detail(&refusal);
        }
        Ok(path) => {
            assert!(text.len() <= MAX_FILTER_BYTES);
            let printed = path.to_string();
            if printed.len() <= MAX_FILTER_BYTES {
                assert_eq!(PatchPath::parse(&printed).as_ref(), Ok(&path));
            }
            if let Err(refusal) = path.resolve(&USER) {
                check_detail(&refusal);
            }
        }
    }
}

/// The body of a PATCH.
pub fn patch(bytes: &[u8]) {
    let Ok(body) = serde_json::from_slice::<Value>(bytes) else { return };
    match PatchOp::from_json(&body) {
        Err(refusal) => return check_detail(&refusal),
        Ok(patch) => assert!(patch.operations.len() <= MAX_PATCH_OPERATIONS),
    }
    let stored = stored().profile;
    let patched = UserPatch::from_json(&body).and_then(|patch| Ok((patch.of_user(&stored)?, patch)));
    match patched {
        Err(refusal) => check_detail(&refusal),
        Ok((asked, patch)) => match change(&stored, &asked, &setting(patch.named_group())) {
            Ok(profile) => check_profile(profile),
            Err(Error::Scim(refusal)) => check_detail(&refusal),
            Err(other) => panic!("{other} is no refusal of a PATCH"),
        },
    }
}

/// The body of a POST or PUT.
pub fn user(bytes: &[u8]) {
    let Ok(body) = serde_json::from_slice::<Value>(bytes) else { return };
    let resource = match UserResource::from_json(&body) {
        Ok(resource) => resource,
        Err(refusal) => return check_detail(&refusal),
    };
    let setting = setting(resource.named_group());
    for made in [new_user(&setting, &resource), change(&stored().profile, &resource, &setting)] {
        match made {
            Ok(profile) => check_profile(profile),
            Err(Error::Scim(refusal)) => check_detail(&refusal),
            Err(other) => panic!("{other} is no refusal of a user"),
        }
    }
}

/// A user is within its limits, and stays as it is when a client writes what it has read.
fn check_profile(profile: Profile) {
    let user = User { profile, ..stored() };
    let body = seen(&user);
    let length = body.to_string().len();
    assert!(length <= MAX_USER_BYTES, "{length} bytes of user");
    for folded in [fold(&user.profile.user_name), fold(&user.profile.email)] {
        assert!((1..=directory::MAX_FOLDED_BYTES).contains(&folded.len()));
    }
    let resource = UserResource::from_json(&body).expect("what is written can be read");
    let again = change(&user.profile, &resource, &setting(resource.named_group())).expect("what was can be");
    assert_eq!(again, user.profile);
}

/// The header `Authorization`.
pub fn authorization(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes)
        && let Ok(key) = PresentedKey::parse(text)
    {
        assert_eq!(key.expose(), text);
    }
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let request = request(EventParts { headers: HeaderMap::from_iter([(AUTHORIZATION, value)]), ..Default::default() });
    match request.credentials() {
        Ok(credentials) => {
            let key = credentials.key.expose();
            assert!(bytes.windows(key.len()).any(|window| window == key.as_bytes()));
            assert_eq!(PresentedKey::parse(key).map(|key| key.key_id()), Ok(credentials.key.key_id()));
            assert!(!format!("{credentials:?}").contains(&key[30..]), "a secret is shown");
        }
        Err(Error::Unauthenticated(_)) => {}
        Err(other) => panic!("{other} is no refusal of a key"),
    }
}

/// A cursor: only those that were sealed here are opened, such as the seeds.
pub fn cursor(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let pepper = json!({"current": "v1", "v1": "0123456789abcdef0123456789abcdef"}).to_string();
    let peppers = Peppers::from_secret(&pepper).expect("a pepper");
    let (instance, query, now) = (setting(None).instance.id, ListQuery::default(), stored().created);
    match Bound::open(text, &peppers, instance, &query, now) {
        Ok(bound) => assert_eq!(bound.seal(&peppers, instance, &query, now, [7; CURSOR_NONCE_BYTES]), text),
        Err(refusal) => {
            assert_eq!(refusal.scim_type(), ScimType::InvalidCursor);
            check_detail(&refusal);
        }
    }
}

/// The query string of a list.
pub fn query(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let request = request(EventParts { query: text.to_owned(), ..Default::default() });
    check_query(request.list_query());
    let _ = request.view();
}

/// The body of a search.
pub fn search(bytes: &[u8]) {
    check_query(request(EventParts { method: Method::POST, body: bytes.to_vec(), ..Default::default() }).list_query());
    let Ok(Value::Object(members)) = serde_json::from_slice(bytes) else { return };
    // RFC 7644 §3.4.2: what is no parameter is ignored.
    let is_read = |name: &str| SEARCH_MEMBERS.iter().any(|member| member.eq_ignore_ascii_case(name));
    let read = members.iter().filter(|(name, _)| is_read(name)).map(|(name, value)| (name.clone(), value.clone()));
    let read = Value::Object(read.collect());
    assert_eq!(ListQuery::from_json(&Value::Object(members)), ListQuery::from_json(&read));
}

const SEARCH_MEMBERS: [&str; 9] =
    ["schemas", "filter", "startIndex", "count", "attributes", "excludedAttributes", "sortBy", "sortOrder", "cursor"];

fn check_query(query: Result<ListQuery, Error>) {
    let query = match query {
        Ok(query) => query,
        Err(Error::Scim(refusal)) => return check_detail(&refusal),
        Err(other) => panic!("{other} is no refusal of a query"),
    };
    assert!(query.start != Start::Index(0) && query.count <= MAX_COUNT);
    if let Some(filter) = &query.filter {
        check_filter(filter);
    }
    let mut shown = seen(&stored());
    if let Some(selection) = query.projection.select(&USER) {
        selection.apply(&USER, &mut shown);
    }
    assert!(shown["id"].is_string() && shown["schemas"].is_array(), "what is always returned is missing: {shown}");
}

/// The body of a bulk request.
pub fn bulk(bytes: &[u8]) {
    let Ok(body) = serde_json::from_slice::<Value>(bytes) else { return };
    let request = match BulkRequest::from_json(&body) {
        Ok(request) => request,
        Err(refusal) => return check_detail(&refusal),
    };
    let references = request.references();
    assert_eq!(references.len(), request.operations.len());

    let is_post = |index: usize| request.operations[index].method == BulkMethod::Post;
    let named = request.operations.iter().enumerate().filter(|(index, _)| is_post(*index));
    let ids: BTreeMap<_, _> = named
        .map(|(index, operation)| (operation.bulk_id.as_deref().expect("a POST has a bulkId"), format!("id{index}")))
        .collect();
    for (index, references) in references.iter().enumerate() {
        match references {
            References::To(posts) => {
                assert!(posts.is_sorted_by(|one, other| one < other), "{posts:?}");
                assert!(posts.iter().all(|post| is_post(*post)), "{index} waits for {posts:?}");
            }
            References::Unknown(bulk_id) => assert!(!ids.contains_key(bulk_id.as_str()), "{bulk_id} is known"),
        }
    }

    let id_of = |bulk_id: &str| ids.get(bulk_id).map(String::as_str);
    let operations: Vec<_> = request.operations.iter().map(|operation| operation.resolved(id_of)).collect();
    for ((operation, resolved), references) in request.operations.iter().zip(&operations).zip(&references) {
        match references {
            References::To(posts) => assert_eq!(operation == resolved, posts.is_empty()),
            References::Unknown(_) => {}
        }
    }
    for references in (BulkRequest { operations, ..request }).references() {
        assert!(
            matches!(&references, References::Unknown(_)) || references == References::To(vec![]),
            "{references:?}"
        );
    }
}

fn check_detail(refusal: &scim::Error) {
    let length = refusal.detail().len();
    assert!((1..=MAX_DETAIL_BYTES).contains(&length), "{length} bytes of detail");
}

fn request(parts: EventParts) -> Request {
    lambda::event(parts)
}

fn stored() -> User {
    let body = json!({
        "externalId": "00uA",
        "userName": "Straße@example.com",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "ada@example.com", "type": "work", "primary": true}],
        scim::ENTERPRISE_USER_SCHEMA: {"employeeId": "7"},
    });
    let profile = UserResource::from_json(&body).map_err(Error::from).and_then(|user| new_user(&setting(None), &user));
    let created = "2026-01-31T12:00:00Z".parse().expect("a moment");
    User { id: UserId::new(1, [7; 12]), version: 1, created, last_modified: created, profile: profile.expect("a user") }
}

fn seen(user: &User) -> Value {
    serde_json::to_value(UserRepresentation { user, base_url: "https://scim.klue.test/scim/v2" }).expect("serializes")
}

/// An instance in which every group exists that a request names.
fn setting(group: Option<&str>) -> Setting {
    let named_group = group.map_or(NamedGroup::None, |name| {
        NamedGroup::Open(directory::VisibilityGroup {
            name: name.to_owned(),
            description: String::new(),
            state: directory::GroupState::Open,
            members: 0,
        })
    });
    let instance = Instance {
        id: InstanceId::from_number(7),
        name: "Test".to_owned(),
        default_group: DEFAULT_GROUP.to_owned(),
        user_count: 1,
    };
    Setting { instance, named_group }
}
