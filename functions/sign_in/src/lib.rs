//! Invoked by the application's SAML service provider: may this person sign in, and as which user?

use directory::{Caller, Error, Person, User};
use serde::Serialize;
use serde_json::Value;
use store::{SignedIn, Store};

/// What the service provider goes by.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// The person signs in.
    Allowed {
        /// True.
        allowed: bool,
        /// As whom.
        user: UserView,
        /// Whether this sign-in made the user.
        created: bool,
    },
    /// The person does not sign in.
    Refused {
        /// False.
        allowed: bool,
        /// In one word: `inactive` or `ambiguous`.
        reason: &'static str,
        /// In a sentence for an admin, with what to do.
        detail: String,
    },
}

/// A user as the application sees one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    id: String,
    user_name: String,
    email: String,
    given_name: String,
    family_name: String,
    klue_role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility_group: Option<String>,
}

/// Takes the id of an instance and what a verified assertion says: `{"instance", "email", "givenName",
/// "familyName"}`. Who is unknown becomes a user, who is refused an entry of the log.
///
/// # Errors
/// `invalidValue` for an event that lacks one of them; [`Error::InstanceNotFound`].
pub async fn handle(store: &Store, event: &Value, request_id: &str) -> Result<Answer, Error> {
    let Some(instance) = event["instance"].as_str() else {
        return Err(scim::Error::invalid_value("instance is required: the id of the Klue instance.").into());
    };
    let instance = instance.parse().map_err(|_| Error::InstanceNotFound(instance.to_owned()))?;
    let person = Person::from_json(event)?;
    let caller = Caller::operator(instance, request_id.to_owned());
    Ok(match store.sign_in(&caller, &person).await? {
        Ok(SignedIn { user, created }) => Answer::Allowed { allowed: true, user: UserView::of(user), created },
        Err(refusal) => {
            lambda::record_refusals(store, &caller, &[refusal.logged()]).await;
            Answer::Refused { allowed: false, reason: refusal.reason(), detail: refusal.to_string() }
        }
    })
}

impl UserView {
    fn of(user: User) -> Self {
        let User { id, profile, .. } = user;
        Self {
            id: id.to_string(),
            klue_role: profile.access.role().as_str(),
            visibility_group: profile.access.group().map(str::to_owned),
            user_name: profile.user_name,
            email: profile.email,
            given_name: profile.given_name,
            family_name: profile.family_name,
        }
    }
}
