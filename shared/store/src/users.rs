//! Users: creation, change, lists.

mod create;
mod list;
mod look_up;
mod matches;
mod opening;
mod update;
mod walk;
mod window;
mod write;

use directory::Setting;

pub use list::Page;
pub(crate) use opening::FirstReads;
pub use opening::Opening;
pub(crate) use window::Window;

use crate::items::Claim;

/// What a new user has to fit, and who holds its userName.
#[derive(Clone, Debug)]
pub struct Place {
    /// The instance, and the visibility group that the request names.
    pub setting: Setting,
    pub(crate) holder: Option<Claim>,
}
