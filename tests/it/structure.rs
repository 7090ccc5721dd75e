//! Lists that have to agree.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tests::routes::{Function, ROUTES};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the project")
}

/// The folders in `functions/`.
fn folders() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("functions")).expect("there are functions");
    entries.map(|entry| entry.expect("an entry is read").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn every_function_has_a_route_or_is_invoked_with_iam() {
    let routed = ROUTES.iter().map(|route| route.function).chain([Function::Unsupported]);
    let mut named: BTreeSet<_> = routed.map(|function| function.name().to_owned()).collect();
    named.extend(["create_instance".to_owned(), "sign_in".to_owned()]);

    assert_eq!(folders(), named);
}

#[test]
fn the_template_has_the_same_routes_and_functions() {
    let template = fs::read_to_string(root().join("template.yaml")).expect("there is a template");
    let mut expected = BTreeSet::new();
    for route in &ROUTES {
        expected.insert(format!("{} {} {}", route.function.name(), route.method, route.path));
    }
    let (mut found, mut functions, mut function, mut method) =
        (BTreeSet::new(), BTreeSet::new(), String::new(), String::new());
    for line in template.lines().map(str::trim) {
        if let Some(folder) = line.strip_prefix("CodeUri: target/lambda/") {
            function = folder.trim_end_matches('/').to_owned();
            functions.insert(function.clone());
        } else if let Some(value) = line.strip_prefix("Method: ") {
            method = value.to_uppercase();
        } else if let Some(path) = line.strip_prefix("Path: ") {
            found.insert(format!("{function} {method} {path}"));
        }
    }

    assert_eq!(found, expected);
    assert_eq!(functions, folders());
}

#[test]
fn handlers_are_short() {
    for folder in folders() {
        let file = root().join("functions").join(&folder).join("src/lib.rs");
        let text = fs::read_to_string(&file).expect("a function has a library");
        let handler = text.lines().skip_while(|line| !line.starts_with("pub async fn handle("));
        let lines = handler.take_while(|line| *line != "}").count();
        assert!((1..40).contains(&lines), "the handler of {folder} has {lines} lines");
    }
}

#[test]
fn files_are_short() {
    let mut files = Vec::new();
    for folder in ["functions", "shared", "tests"] {
        collect(&root().join(folder), &mut files);
    }
    for file in files {
        let lines = fs::read_to_string(&file).unwrap_or_default().lines().count();
        assert!(lines <= 420, "{} has {lines} lines: which noun wants a file of its own?", file.display());
    }
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder is read") {
        let path = entry.expect("an entry is read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn each_defence_names_a_test_that_exists() {
    let text = fs::read_to_string(root().join("docs/security.md")).expect("there is a threat model");
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(2);
    let mut checked = 0;
    for row in rows {
        let shown = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let mut names = shown.split('`').skip(1).step_by(2);
        let (file, test) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
        let code = fs::read_to_string(root().join(file)).unwrap_or_default();
        assert!(code.contains(&format!("fn {test}(")), "there is no test '{test}' in '{file}': {row}");
        checked += 1;
    }
    assert!(checked > 10, "the threat model has {checked} rows");
}
