//! A service that is 15 ms from its table.

use tests::app::{App, new_pepper_secret};
use tests::engine::Engine;
use tests::faults::Faults;

/// On the way, which a refusal takes too.
const WAY: &str = "* * delay 5ms";
/// At the table, where a transaction holds its items meanwhile.
const TABLE: &str = "* * delay 10ms";
/// As DynamoDB does it: refused, whenever another one that writes the same item is at the table.
const CONFLICTS: &str = "* overlapping conflict";

/// A service whose transactions conflict as they do in DynamoDB, or wait for each other as in the engine alone.
pub(crate) async fn service(is_conflicting: bool) -> App {
    let (way, table) = (Faults::default(), Faults::default());
    let mut engine = Engine::in_memory().expect("the engine starts");
    engine.url = way.in_front_of(&table.in_front_of(&engine.url).await).await;
    let app = App::unwatched(engine, &new_pepper_secret()).await;
    // The use of the key is written down now, and not while something is measured.
    app.get("/scim/v2/Users").await.expect(200);
    way.play(WAY);
    table.play(&if is_conflicting { format!("{CONFLICTS}\n{TABLE}") } else { TABLE.to_owned() });
    app
}
