//! `/admin/v1/visibility-groups`: creates, describes, lists and deletes visibility groups.

use directory::{Error, GroupState, NewGroup, Scope, VisibilityGroup, description};
use http::{Method, StatusCode};
use lambda::{Reply, Request};
use serde::Serialize;
use serde_json::json;
use store::{Deletion, Store};

/// Answers GET with all groups, POST with 201, PATCH with the group, DELETE with 204; or with 202
/// where the deletion is to be repeated, since it has more members than one request can move.
///
/// # Errors
/// [`Error::GroupNotFound`], [`Error::GroupExists`], [`Error::GroupInUse`], [`Error::GroupIsNeeded`].
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let caller = store.authenticate(request.credentials()?, Scope::Admin).alone().await?;
    let id = request.resource_id();
    match *request.method() {
        Method::GET => {
            let (instance, groups) = store.instance_and_groups(&caller).await?;
            let groups: Vec<_> = groups.iter().map(|group| GroupView::of(group, &instance.default_group)).collect();
            Ok(Reply::admin(StatusCode::OK, &json!({"visibilityGroups": groups})))
        }
        Method::POST => {
            let group = store.create_group(&caller, &request.body(NewGroup::from_json)?).await?;
            Ok(Reply::admin(StatusCode::CREATED, &GroupView::of(&group, "")))
        }
        Method::PATCH => {
            let asked = request.body(description)?;
            let (instance, group) = store.describe_group(&caller, id, asked.as_deref()).await?;
            Ok(Reply::admin(StatusCode::OK, &GroupView::of(&group, &instance.default_group)))
        }
        _ => {
            let (target, row) = (request.parameter("reassignTo")?, request.number("continue")?);
            match store.delete_group(&caller, id, target.as_deref(), row.unwrap_or(1)).await? {
                Deletion::Done => Ok(Reply::empty(StatusCode::NO_CONTENT)),
                Deletion::Remaining { members, next_row } => {
                    Ok(Reply::admin(StatusCode::ACCEPTED, &json!({"remaining": members, "continue": next_row})))
                }
            }
        }
    }
}

/// A group as an admin sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupView<'a> {
    id: String,
    name: &'a str,
    description: &'a str,
    members: u64,
    state: GroupState,
    is_default: bool,
}

impl<'a> GroupView<'a> {
    fn of(group: &'a VisibilityGroup, default_group: &str) -> Self {
        let VisibilityGroup { name, description, state, members } = group;
        let is_default = group.is_named(default_group);
        Self { id: group.id(), name, description, members: *members, state: *state, is_default }
    }
}
