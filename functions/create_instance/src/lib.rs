//! Invoked by an operator: makes an instance, or a new admin key for one.

use directory::{Caller, Error, Instance, InstanceId, PresentedKey, instance_name};
use serde::{Serialize, Serializer};
use serde_json::Value;
use store::Store;

/// What an operator gets, and hands over to the customer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    /// The id of the instance.
    pub instance: InstanceId,
    /// The name of the instance.
    pub name: String,
    /// The key for the person who manages the instance.
    pub admin_key: ShownKey,
    /// The key for the identity provider, of a new instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scim_key: Option<ShownKey>,
}

/// A key whose text is in the answer, and nowhere else.
#[derive(Debug)]
pub struct ShownKey(
    /// The key.
    pub PresentedKey,
);

impl Serialize for ShownKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

/// Takes `{"name": …}` for a new instance, or `{"instance": …}` for a new admin key of one.
///
/// # Errors
/// `invalidValue` for an event that is neither; [`Error::InstanceNotFound`].
pub async fn handle(store: &Store, event: &Value, request_id: &str) -> Result<Created, Error> {
    let id = event.get("instance").and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    match (instance_name(event)?, id) {
        (Some(name), None) => {
            let created = store.create_instance(&name, request_id).await?;
            Ok(created_of(created.instance, created.admin_key.text, Some(created.scim_key.text)))
        }
        (None, Some(id)) => {
            let id = id.parse().map_err(|_| Error::InstanceNotFound(id.to_owned()))?;
            let instance = store.find_instance(id).await?;
            let issued = store.create_operator_key(&Caller::operator(id, request_id.to_owned())).await?;
            Ok(created_of(instance, issued.text, None))
        }
        _ => Err(scim::Error::invalid_value(
            "Send {\"name\": \"…\"} to make an instance, or {\"instance\": \"…\"} to issue a new admin key for one.",
        )
        .into()),
    }
}

fn created_of(instance: Instance, admin_key: PresentedKey, scim_key: Option<PresentedKey>) -> Created {
    let (admin_key, scim_key) = (ShownKey(admin_key), scim_key.map(ShownKey));
    Created { instance: instance.id, name: instance.name, admin_key, scim_key }
}
