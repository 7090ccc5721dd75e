//! An instance of as many users as are wanted, without a request for each.
//!
//! The items of a new user come from the store, and go into the engine past the protocol: by bulk requests, which make
//! some 1,500 users a second, a million would take eleven minutes.

use directory::{DEFAULT_GROUP, InstanceId, NamedGroup, Setting, User, UserResource, new_user};
use dynoxide::{AttributeValue, ImportOptions, Item};
use serde_json::Value;
use tests::app::App;

use crate::bar;
use crate::people::{id, name, person};

/// As many users are loaded in one transaction of the engine.
const TOGETHER: usize = 5000;

/// Gives the first instance of a new service its users.
pub(crate) fn load(app: &App, users: usize) {
    let (table, database) = (&app.engine.table, &app.engine.database);
    let mut counters: Vec<_> = app.items().into_iter().filter(|item| counted(item).is_some()).collect();
    let instance = counters.iter().find_map(|item| item["id"]["S"].as_str()).expect("an instance has an id");
    let id: InstanceId = instance.parse().expect("an instance's id is ours");
    let instance = directory::Instance { id, name: "Bench".into(), default_group: DEFAULT_GROUP.into(), user_count: 0 };
    let setting = Setting { instance, named_group: NamedGroup::None };
    let bar = bar(&format!("an instance of {users} users"), users);
    for first in (1..=users).step_by(TOGETHER) {
        let last = users.min(first + TOGETHER - 1);
        let items = (first..=last).flat_map(|number| items(app, &setting, number)).collect();
        database.import_items(table, items, ImportOptions::default()).expect("the engine takes users");
        bar.inc((last + 1 - first) as u64);
    }
    for item in &mut counters {
        let attribute = counted(item).expect("it counts");
        item[attribute]["N"] = users.to_string().into();
    }
    let counters = serde_json::from_value(counters.into()).expect("items are items");
    database.import_items(table, counters, ImportOptions::default()).expect("the engine takes counters");
    bar.finish_and_clear();
}

fn items(app: &App, setting: &Setting, number: usize) -> Vec<Item> {
    let asked = UserResource::from_json(&person(&name(number))).expect("the body describes a user");
    let profile = new_user(setting, &asked).expect("the user fits");
    let now = app.now();
    let user = User { id: id(number), version: 1, created: now, last_modified: now, profile };
    let items = store::items_of_new_user(setting.instance.id, user).expect("a user can be stored");
    // The SDK and the engine have types of their own for the same values.
    let items = items.into_iter().map(|item| {
        item.into_iter().map(|(attribute, value)| {
            let text = value.as_s().cloned().map(AttributeValue::S);
            let value = text.or_else(|_| value.as_n().cloned().map(AttributeValue::N));
            (attribute, value.expect("users have texts and numbers"))
        })
    });
    items.map(Iterator::collect).collect()
}

/// The attribute of an item that counts users, if it has one.
fn counted(item: &Value) -> Option<&'static str> {
    ["userCount", "members"].into_iter().find(|name| item[name].is_object())
}
