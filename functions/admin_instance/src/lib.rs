//! `/admin/v1/instance`: what an admin sees and changes of the instance.

use directory::{Error, Instance, InstanceChange, Scope, VisibilityGroup};
use http::{Method, StatusCode};
use lambda::{Reply, Request};
use serde_json::{Value, json};
use store::Store;

/// Answers GET and PATCH with the instance as it is then.
///
/// # Errors
/// `invalidValue`; [`Error::GroupNotFound`] for a default group that does not exist.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let admission = store.authenticate(request.credentials()?, Scope::Admin);
    let instance = if *request.method() == Method::PATCH {
        let caller = admission.alone().await?;
        store.change_instance(&caller, &request.body(InstanceChange::from_json)?).await?
    } else {
        admission.with_instance().await?.1
    };
    Ok(Reply::admin(StatusCode::OK, &view(&instance, &request.base_url())))
}

fn view(instance: &Instance, scim_base_url: &str) -> Value {
    let Instance { id, name, default_group, user_count } = instance;
    json!({
        "id": id,
        "name": name,
        "defaultVisibilityGroup": {"id": VisibilityGroup::id_of(default_group), "name": default_group},
        "scimBaseUrl": scim_base_url,
        "userCount": user_count,
    })
}
