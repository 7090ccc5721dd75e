//! What a million of each operation costs: the table in docs/operations.md is what the requests are charged here.

use std::fmt::Write;

use http::Method;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call};
use tests::prices;

use crate::people::{created, operation, person};

/// Each operation of an instance that has some users, as it is charged when its key was used a moment ago.
async fn operations(app: &App) -> Vec<(&'static str, Answer)> {
    for number in 0..100 {
        created(app, person(&format!("user{number}"))).await;
    }
    let ada = created(app, person("ada")).await.user_path();
    let admin = |path: &str| Call::new(Method::GET, path).key(&app.tenant.admin_key);
    app.call(admin("/admin/v1/instance")).await.expect(200);
    let filter = |text: &str| format!("/scim/v2/Users?filter={}", text.replace(' ', "%20").replace('"', "%22"));
    let bulk: Vec<Value> = (0..100)
        .map(|number| json!({"method": "POST", "path": "/Users", "bulkId": number.to_string(), "data": person(&format!("bulk{number}"))}))
        .collect();
    let named = |name: &str| json!({"userName": format!("{name}@example.com")});
    vec![
        ("`GET` of a user", app.get(&ada).await.expect(200)),
        ("list of 100 users", app.get("/scim/v2/Users?count=100").await.expect(200)),
        ("filter on userName, one is found", app.get(&filter("userName eq \"ada@example.com\"")).await.expect(200)),
        ("filter on userName, nobody is found", app.get(&filter("userName eq \"eve@example.com\"")).await.expect(200)),
        ("`POST` of a user", app.post("/scim/v2/Users", person("bob")).await.expect(201)),
        ("`PUT` that changes nothing", app.put(&ada, person("ada")).await.expect(200)),
        ("`PUT` of another userName", app.put(&ada, named("countess")).await.expect(200)),
        (
            "`PATCH` of an attribute",
            app.patch(&ada, operation("replace", "name.givenName", json!("Augusta"))).await.expect(200),
        ),
        ("`PATCH` that deactivates", app.patch(&ada, operation("replace", "active", json!(false))).await.expect(200)),
        ("`DELETE` of a user", app.delete(&ada).await.expect(204)),
        ("`POST /Bulk` that makes 100 users", app.post("/scim/v2/Bulk", json!({"Operations": bulk})).await.expect(200)),
        ("a refused `POST`: the userName is taken", app.post("/scim/v2/Users", person("bob")).await.expect(409)),
        ("a request without a valid key", app.call(Call::new(Method::GET, "/scim/v2/Users")).await.expect(401)),
        ("page of 100 users in the console", app.call(admin("/admin/v1/users")).await.expect(200)),
        ("page of 50 entries of the activity log", app.call(admin("/admin/v1/activity")).await.expect(200)),
    ]
}

#[tokio::test]
async fn the_table_of_costs_is_what_the_requests_are_charged() {
    let app = App::start().await;
    let mut table =
        "| a million of | read units | write units | DynamoDB | with requests |\n| --- | ---: | ---: | ---: | ---: |\n"
            .to_owned();
    for (name, answer) in operations(&app).await {
        let (read, written) = (answer.usage.read_units(), answer.usage.write_units());
        let table_price = prices::table(read, written);
        let whole = table_price + prices::REQUESTS;
        writeln!(table, "| {name} | {read} | {written} | ${table_price:.2} | ${whole:.2} |")
            .expect("a text takes text");
    }

    let page = include_str!("../../docs/operations.md");
    assert!(page.contains(&table), "expected this table in docs/operations.md:\n{table}");
}
