use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use http::Method;
use insta::assert_snapshot;
use tests::app::{Answer, App, Call};

const ASSETS: &str = "/admin/assets/";

async fn get(app: &App, path: &str) -> Answer {
    app.call(Call::new(Method::GET, path)).await
}

/// What stands between two texts, each time that they occur.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split_once(after)).map(|(found, _)| found).collect()
}

/// The assets that a page or a module names, by `href`, `src` and `import`.
fn named(text: &str) -> BTreeSet<String> {
    let of_page = ["href=\"admin/assets/", "src=\"admin/assets/"].map(|before| between(text, before, "\""));
    let of_module = [" from \"./", "import \"./", "import(\"./"].map(|before| between(text, before, "\""));
    of_page.into_iter().chain(of_module).flatten().map(str::to_owned).collect()
}

/// Everything that can be reached from the page, by name.
async fn reachable(app: &App) -> BTreeSet<String> {
    let mut waiting: Vec<_> = named(&get(app, "/admin").await.expect(200).text).into_iter().collect();
    let mut found = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if found.insert(name.clone()) {
            waiting.extend(named(&get(app, &format!("{ASSETS}{name}")).await.expect(200).text));
        }
    }
    found
}

/// The files of the console in the project, but for the page.
fn files() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/console/assets");
    let entries = fs::read_dir(folder).expect("the console has assets");
    let names = entries.map(|entry| entry.expect("an entry is read").file_name().to_string_lossy().into_owned());
    names.filter(|name| name != "admin.html").collect()
}

#[tokio::test]
async fn the_page_is_public_and_says_what_it_may_do() {
    let app = App::start().await;

    let page = get(&app, "/admin").await.expect(200);

    let varying = ["content-length", "etag"];
    let headers = page.headers.keys().map(|name| name.as_str()).filter(|name| !varying.contains(name));
    let mut headers: Vec<_> = headers.collect();
    headers.sort_unstable();
    let told: Vec<_> = headers.iter().map(|name| format!("{name}: {}", page.header(name))).collect();
    assert_snapshot!(told.join("\n"), @"
    cache-control: no-cache
    content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    content-type: text/html; charset=utf-8
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    ");
}

#[tokio::test]
async fn an_asset_has_its_content_type_and_the_headers_of_the_page() {
    let app = App::start().await;
    let page = get(&app, "/admin").await.expect(200);

    for name in files() {
        let asset = get(&app, &format!("{ASSETS}{name}")).await.expect(200);

        let content_type = match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(asset.header("content-type"), content_type, "for {name}");
        for header in ["cache-control", "content-security-policy", "referrer-policy", "x-content-type-options"] {
            assert_eq!(asset.header(header), page.header(header), "{header} of {name}");
        }
    }
}

#[tokio::test]
async fn what_the_page_names_is_served_and_nothing_else_is() {
    let app = App::start().await;

    assert_eq!(reachable(&app).await, files());
}

#[tokio::test]
async fn the_page_preloads_every_module() {
    let app = App::start().await;
    let page = get(&app, "/admin").await.expect(200);

    let modules: BTreeSet<_> = files().into_iter().filter(|name| name.ends_with(".js")).collect();
    let named: BTreeSet<_> = named(&page.text).into_iter().filter(|name| name.ends_with(".js")).collect();
    assert_eq!(named, modules, "one round trip, whatever imports what");
}

#[tokio::test]
async fn an_unknown_asset_is_a_problem_wherever_the_service_is_mounted() {
    let app = App::start().await;

    for name in ["nothing.js", "admin.html", "", "..%2Fadmin.html", "style.css.map"] {
        let answer = get(&app, &format!("{ASSETS}{name}")).await.expect(404);
        assert_eq!(answer.header("content-type"), "application/problem+json", "for {name}");
    }
    for prefix in ["/dev", "/klue/scim", "/admin"] {
        for (path, status) in [("/admin", 200), ("/admin/assets/app.js", 200), ("/admin/assets/nothing.js", 404)] {
            let path = format!("{prefix}{path}");
            let parts = lambda::EventParts {
                route: "$default".into(),
                path: path.clone(),
                host: "klue.test".into(),
                ..Default::default()
            };
            let request = lambda::event(parts);
            let reply = lambda::answer(&request, &directory::Usage::default(), &(), console::handle(&request)).await;
            assert_eq!(reply.status, status, "for {path}");
            let content_type = reply.headers["content-type"].to_str().unwrap_or_default();
            assert_eq!(content_type == "application/problem+json", status == 404, "for {path}: {content_type}");
        }
    }
}

#[tokio::test]
async fn another_method_is_refused() {
    let app = App::start().await;

    for path in ["/admin", "/admin/assets/app.js"] {
        let answer = app.call(Call::new(Method::POST, path)).await.expect(405);
        assert_eq!(answer.header("allow"), "GET", "for {path}");
    }
}

#[tokio::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let app = App::start().await;
    let mut tags = BTreeSet::new();

    let paths: Vec<_> = files().iter().map(|name| format!("{ASSETS}{name}")).chain(["/admin".to_owned()]).collect();
    for path in &paths {
        let whole = get(&app, path).await.expect(200);
        let tag = whole.header("etag");
        for known in [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let answer = app.call(Call::new(Method::GET, path).header("if-none-match", &known)).await.expect(304);
            assert_eq!((&*answer.text, answer.header("etag")), ("", tag), "for {path} and {known}");
            assert_eq!(answer.header("cache-control"), "no-cache");
        }
        let other = app.call(Call::new(Method::GET, path).header("if-none-match", "\"other\"")).await.expect(200);
        assert_eq!(other.text, whole.text);
        tags.insert(tag.to_owned());
    }
    assert_eq!(tags.len(), paths.len(), "each file has a tag of its own");
}

#[tokio::test]
async fn the_page_has_no_script_and_no_style_of_its_own() {
    let app = App::start().await;
    let page = get(&app, "/admin").await.expect(200).text;

    for script in between(&page, "<script", "</script>") {
        let (attributes, body) = script.split_once('>').expect("a tag ends");
        assert!(attributes.contains(" src=\"admin/assets/"), "a script without a source: {script}");
        assert_eq!(body, "", "a script in the page");
    }
    assert!(!page.contains("<style") && !page.contains("style="), "style in the page");
    for tag in between(&page, "<", ">") {
        let handler = tag.split_whitespace().skip(1).find(|attribute| attribute.starts_with("on"));
        assert_eq!(handler, None, "in <{tag}>");
    }
}

#[tokio::test]
async fn nothing_is_made_of_text_and_nothing_comes_from_elsewhere() {
    let app = App::start().await;

    for name in reachable(&app).await {
        let text = get(&app, &format!("{ASSETS}{name}")).await.expect(200).text;
        for banned in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", ".style"]
        {
            assert!(!text.contains(banned), "{banned} in {name}");
        }
        let foreign = text.replace("http://www.w3.org/2000/svg", "");
        assert!(!foreign.contains("http://") && !foreign.contains("https://"), "an address in {name}");
        assert!(!foreign.contains("localStorage") && !foreign.contains("document.cookie"), "a key is kept by {name}");
        assert!(text.lines().count() <= 420, "{name} is long: which noun wants a file of its own?");
    }
}

#[tokio::test]
async fn the_console_has_no_key_and_costs_no_round_trip() {
    let app = App::start().await;
    let before = app.items();

    let paths = files().into_iter().map(|name| format!("{ASSETS}{name}")).chain(["/admin".to_owned()]);
    for path in paths {
        let answer = app.call(Call::new(Method::GET, &path).key(&app.tenant.admin_key)).await.expect(200);
        // The part of a key behind its prefix starts with the instance.
        assert!(!answer.text.contains(&app.tenant.admin_key[5..16]), "an instance in {path}");
        assert_eq!(answer.usage.calls(), directory::Usage::default().calls(), "for {path}");
    }
    assert_eq!(app.items(), before);
}
