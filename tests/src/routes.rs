//! Which function answers which request: the routes of template.yaml, for one process.

use http::Method;

/// A function with a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// See the crate of the name; so for each.
    CreateUser,
    /// Reads a user.
    GetUser,
    /// Lists users.
    ListUsers,
    /// Replaces a user.
    ReplaceUser,
    /// Changes part of a user.
    PatchUser,
    /// Deactivates a user.
    DeleteUser,
    /// Carries out many requests in one.
    Bulk,
    /// Tells what the service can do.
    Discovery,
    /// Answers what has no route.
    Unsupported,
    /// Manages API keys.
    AdminApiKeys,
    /// Manages visibility groups.
    AdminVisibilityGroups,
    /// Shows and changes the instance.
    AdminInstance,
    /// Finds and changes users.
    AdminUsers,
    /// Tells what was done and what was refused.
    AdminActivity,
    /// Serves the page for admins.
    Console,
}

/// A method and a path, and the function that answers.
#[derive(Clone, Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{id}` or `{name}` for a part that is not fixed.
    pub path: &'static str,
    /// The function.
    pub function: Function,
}

/// Every route but `$default`, which is [`Function::Unsupported`]'s.
pub static ROUTES: [Route; 31] = [
    route(Method::POST, "/scim/v2/Users", Function::CreateUser),
    route(Method::GET, "/scim/v2/Users", Function::ListUsers),
    route(Method::POST, "/scim/v2/Users/.search", Function::ListUsers),
    route(Method::POST, "/scim/v2/.search", Function::ListUsers),
    route(Method::GET, "/scim/v2/Users/{id}", Function::GetUser),
    route(Method::PUT, "/scim/v2/Users/{id}", Function::ReplaceUser),
    route(Method::PATCH, "/scim/v2/Users/{id}", Function::PatchUser),
    route(Method::DELETE, "/scim/v2/Users/{id}", Function::DeleteUser),
    route(Method::POST, "/scim/v2/Bulk", Function::Bulk),
    route(Method::GET, "/scim/v2/ServiceProviderConfig", Function::Discovery),
    route(Method::GET, "/scim/v2/ResourceTypes", Function::Discovery),
    route(Method::GET, "/scim/v2/ResourceTypes/{id}", Function::Discovery),
    route(Method::GET, "/scim/v2/Schemas", Function::Discovery),
    route(Method::GET, "/scim/v2/Schemas/{id}", Function::Discovery),
    route(Method::POST, "/admin/v1/api-keys", Function::AdminApiKeys),
    route(Method::GET, "/admin/v1/api-keys", Function::AdminApiKeys),
    route(Method::DELETE, "/admin/v1/api-keys/{id}", Function::AdminApiKeys),
    route(Method::POST, "/admin/v1/api-keys/{id}/rotate", Function::AdminApiKeys),
    route(Method::GET, "/admin/v1/visibility-groups", Function::AdminVisibilityGroups),
    route(Method::POST, "/admin/v1/visibility-groups", Function::AdminVisibilityGroups),
    route(Method::PATCH, "/admin/v1/visibility-groups/{id}", Function::AdminVisibilityGroups),
    route(Method::DELETE, "/admin/v1/visibility-groups/{id}", Function::AdminVisibilityGroups),
    route(Method::GET, "/admin/v1/instance", Function::AdminInstance),
    route(Method::PATCH, "/admin/v1/instance", Function::AdminInstance),
    route(Method::GET, "/admin/v1/users", Function::AdminUsers),
    route(Method::GET, "/admin/v1/users/{id}", Function::AdminUsers),
    route(Method::PATCH, "/admin/v1/users/{id}", Function::AdminUsers),
    route(Method::GET, "/admin/v1/activity", Function::AdminActivity),
    route(Method::GET, "/admin/v1/activity/export", Function::AdminActivity),
    route(Method::GET, "/admin", Function::Console),
    route(Method::GET, "/admin/assets/{name}", Function::Console),
];

const fn route(method: Method, path: &'static str, function: Function) -> Route {
    Route { method, path, function }
}

impl Function {
    /// The name of the function's crate, binary and folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreateUser => "create_user",
            Self::GetUser => "get_user",
            Self::ListUsers => "list_users",
            Self::ReplaceUser => "replace_user",
            Self::PatchUser => "patch_user",
            Self::DeleteUser => "delete_user",
            Self::Bulk => "bulk",
            Self::Discovery => "discovery",
            Self::Unsupported => "unsupported",
            Self::AdminApiKeys => "admin_api_keys",
            Self::AdminVisibilityGroups => "admin_visibility_groups",
            Self::AdminInstance => "admin_instance",
            Self::AdminUsers => "admin_users",
            Self::AdminActivity => "admin_activity",
            Self::Console => "console",
        }
    }

    /// Whether the function answers without an API key.
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Console | Self::Discovery | Self::Unsupported)
    }
}
