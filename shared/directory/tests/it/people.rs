//! Users, and texts that make it hard to compare them.

use directory::{
    DEFAULT_GROUP, GroupState, Instance, InstanceId, NamedGroup, Profile, Setting, User, UserId, UserPatch,
    UserRepresentation, UserResource, VisibilityGroup, change, new_user,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use scim::{ENTERPRISE_USER_SCHEMA, fold};
use serde_json::{Value, json};

/// The visibility groups of the instance.
pub(crate) const GROUPS: [&str; 3] = [DEFAULT_GROUP, "Sales", "Straße"];

/// Where a request's user lives, if the request names this group.
pub(crate) fn setting(named: Option<&str>) -> Setting {
    let named_group = match named {
        None => NamedGroup::None,
        Some(name) => match GROUPS.into_iter().find(|group| fold(group) == fold(name)) {
            Some(group) => NamedGroup::Open(VisibilityGroup {
                name: group.to_owned(),
                description: String::new(),
                state: GroupState::Open,
                members: 0,
            }),
            None => NamedGroup::Unknown(GROUPS.map(ToOwned::to_owned).into()),
        },
    };
    let instance = Instance {
        id: InstanceId::from_number(7),
        name: "Test".to_owned(),
        default_group: DEFAULT_GROUP.to_owned(),
        user_count: 1,
    };
    Setting { instance, named_group }
}

/// The user that a client creates by a body.
pub(crate) fn created(body: &Value) -> Result<Profile, directory::Error> {
    let resource = UserResource::from_json(body)?;
    new_user(&setting(resource.named_group()), &resource)
}

/// The user that a client makes of one by a PATCH.
pub(crate) fn patch(stored: &Profile, body: &Value) -> Result<Profile, directory::Error> {
    let patch = UserPatch::from_json(body)?;
    change(stored, &patch.of_user(stored)?, &setting(patch.named_group()))
}

/// The user with this profile.
pub(crate) fn user_of(profile: Profile, row: u32) -> User {
    let created = "2026-01-31T12:00:00Z".parse().expect("a moment");
    User { id: UserId::new(row, [7; 12]), version: 1, created, last_modified: created, profile }
}

/// The user as a client gets it.
pub(crate) fn seen(user: &User) -> Value {
    serde_json::to_value(UserRepresentation { user, base_url: "https://klue.test/scim/v2" }).expect("serializes")
}

/// Texts of letters that change when they are compared: by case, by composition, in length.
pub(crate) fn letters() -> impl Strategy<Value = String> {
    let letters = vec![
        "a",
        "A",
        "b",
        "s",
        "S",
        "ß",
        "ẞ",
        "ſ",
        "i",
        "I",
        "ı",
        "İ",
        "Σ",
        "σ",
        "ς",
        "ﬁ",
        "ﬃ",
        "ŉ",
        "ǰ",
        "ᾳ",
        "Ａ",
        "ﾊ",
        "\u{ff9f}",
        "é",
        "e\u{301}",
        "\u{301}",
        "\u{345}",
        "\u{307}",
        "\u{212a}",
        "한",
        "\u{1112}\u{1161}",
        "😀",
        "@",
        ".",
        "1",
        " ",
        "\"",
        "\\",
    ];
    vec(select(letters), 1..5).prop_map(|letters| letters.concat())
}

/// A text that an attribute can have as its value.
pub(crate) fn text() -> impl Strategy<Value = String> {
    letters().prop_filter("blank", |text| !text.trim().is_empty())
}

/// Users that a client has created, and some that were given another role since.
pub(crate) fn profile() -> impl Strategy<Value = Profile> {
    let role = format!("{ENTERPRISE_USER_SCHEMA}:klueRole");
    let raise = json!({"Operations": [{"op": "replace", "path": role, "value": "curator"}]});
    (new_profile(), any::<bool>()).prop_map(move |(profile, raised)| {
        if raised { patch(&profile, &raise).expect("everybody can be a curator") } else { profile }
    })
}

fn new_profile() -> impl Strategy<Value = Profile> {
    let role = select(vec!["admin", "curator", "consumer"]);
    let optional = || option::of(text());
    let words = (text(), text(), text(), text());
    (words, optional(), optional(), role, select(&GROUPS[..]), any::<bool>()).prop_map(
        |((user_name, given, family, email), external_id, employee_id, role, group, active)| {
            let group = (role == "consumer").then_some(group);
            let body = json!({
                "userName": user_name,
                "externalId": external_id,
                "name": {"givenName": given, "familyName": family},
                "emails": [{"value": email, "type": "work"}],
                "active": active,
                ENTERPRISE_USER_SCHEMA: {"employeeId": employee_id, "klueRole": role, "visibilityGroup": group},
            });
            created(&body).expect("the body describes a user")
        },
    )
}

/// Four times as many cases as usual; more by hand, with `PROPTEST_CASES`.
pub(crate) fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: 4 * usual.cases, failure_persistence: None, ..usual }
}
