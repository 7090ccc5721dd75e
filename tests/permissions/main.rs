//! The rights that the template gives to each function are those that it used while the tests ran, and no others.
//!
//! It reads what the tests have noted, so `make test` runs it after them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tests::access::{self, Access};
use yaml_rust2::{Yaml, YamlLoader};

/// Something that a function may do.
struct Statement {
    actions: Vec<String>,
    /// The partition keys to which it is limited; all where there is no limit.
    leading_keys: Option<Vec<String>>,
}

impl Statement {
    fn of(statement: &Yaml) -> Self {
        let index = statement["Resource"].as_str().and_then(|resource| resource.split_once("/index/"));
        let actions = texts(&statement["Action"]).into_iter();
        let actions = actions.map(|action| match index {
            Some((_, index)) => format!("{action} {index}"),
            None => action,
        });
        let limit = &statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
        Self { actions: actions.collect(), leading_keys: (!limit.is_badvalue()).then(|| texts(limit)) }
    }

    fn allows(&self, access: &Access) -> bool {
        let keys = self.leading_keys.as_ref();
        self.actions.contains(&access.action) && keys.is_none_or(|keys| keys.contains(&access.leading_key))
    }
}

fn texts(value: &Yaml) -> Vec<String> {
    let one = std::slice::from_ref(value);
    value.as_vec().map_or(one, Vec::as_slice).iter().filter_map(Yaml::as_str).map(str::to_owned).collect()
}

/// The statements of each function in a template.
fn statements(template: &str) -> BTreeMap<String, Vec<Statement>> {
    let template = &YamlLoader::load_from_str(template).expect("the template is YAML")[0];
    let resources = template["Resources"].as_hash().expect("the template has resources").values();
    let function = |resource: &Yaml| {
        let folder = resource["Properties"]["CodeUri"].as_str()?;
        let name = folder.strip_prefix("target/lambda/")?.trim_end_matches('/').to_owned();
        let policies = resource["Properties"]["Policies"].as_vec().into_iter().flatten();
        let statements = policies.flat_map(|policy| policy["Statement"].as_vec().into_iter().flatten());
        Some((name, statements.map(Statement::of).collect()))
    };
    resources.filter_map(function).collect()
}

/// In what the rights of a template differ from those that were used.
fn differences(template: &str, used: &BTreeSet<Access>) -> Vec<String> {
    let given = statements(template);
    let mut found = Vec::new();
    for access in used {
        let Access { function, action, leading_key } = access;
        if !given.get(function).is_some_and(|statements| statements.iter().any(|one| one.allows(access))) {
            found.push(format!("{function} lacks {action} {leading_key}"));
        }
    }
    for (function, statements) in &given {
        let own: Vec<_> = used.iter().filter(|access| access.function == *function).collect();
        for statement in statements {
            for action in &statement.actions {
                if !own.iter().any(|access| access.action == *action && statement.allows(access)) {
                    found.push(format!("{function} never used {action}"));
                }
            }
            for key in statement.leading_keys.iter().flatten() {
                if !own.iter().any(|access| access.leading_key == *key && statement.allows(access)) {
                    found.push(format!("{function} never used the keys {key}"));
                }
            }
        }
    }
    found
}

fn template() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    fs::read_to_string(file).expect("there is a template")
}

fn used() -> BTreeSet<Access> {
    let used = access::seen();
    assert!(!used.is_empty(), "nothing was noted: `make test` runs the tests, then this");
    used
}

#[test]
fn each_function_has_the_rights_that_it_used_and_no_others() {
    let found = differences(&template(), &used());

    assert!(found.is_empty(), "template.yaml and what the tests did differ:\n{}", found.join("\n"));
}

#[test]
fn a_right_too_many_and_one_too_few_are_found() {
    let (template, used) = (template(), used());
    let swapped = template.replacen("dynamodb:BatchGetItem", "dynamodb:Scan", 1);
    let without_limit = template.replacen("- I#*#KEYS", "- I#*#USERS#*", 1);
    let mut more = used.clone();
    more.insert(Access { function: "discovery".into(), action: "dynamodb:GetItem".into(), leading_key: "I#*".into() });

    let found = differences(&swapped, &used);
    for expected in ["create_user never used dynamodb:Scan", "create_user lacks dynamodb:BatchGetItem I#*#KEYS"] {
        assert!(found.iter().any(|found| found == expected), "expected '{expected}' in {found:?}");
    }
    assert!(!differences(&without_limit, &used).is_empty(), "expected keys that are not allowed");
    assert_eq!(differences(&template, &more), ["discovery lacks dynamodb:GetItem I#*"]);
}
