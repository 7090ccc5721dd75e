//! Sign-ins by way of the application's SAML service provider.

use scim::{Error as ScimError, fold};
use serde_json::Value;

use crate::resource::{EMAIL, FAMILY_NAME, GIVEN_NAME};
use crate::value::Text;
use crate::{Assigned, MAX_FOLDED_BYTES, PushedValue, RefusedRequest, State, User, UserId, UserResource};

/// Somebody whom the identity provider has let in, as its assertion describes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    email: String,
    given_name: String,
    family_name: String,
}

/// Why a person may not sign in, in words for an admin or for support.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInRefusal {
    /// The user was deactivated.
    #[error(
        "The user with the e-mail '{email}' is deactivated in Klue. Reactivate them in Klue, or assign the Klue app to them in Okta again."
    )]
    Deactivated {
        /// The e-mail of the assertion.
        email: String,
        /// The user.
        user: UserId,
    },

    /// The user was deleted by a client.
    #[error(
        "The user with the e-mail '{email}' was deleted by the identity provider. Assign the Klue app to them in Okta again, which restores them, or reactivate them in Klue."
    )]
    Deleted {
        /// The e-mail of the assertion.
        email: String,
        /// The user.
        user: UserId,
    },

    /// The userName of one user is the work e-mail of another one.
    #[error(
        "Two Klue users match the e-mail '{0}': it is the userName of one and the work e-mail of another. Change one of the two, so that a single user has it."
    )]
    Ambiguous(String),
}

impl SignInRefusal {
    /// The reason in one word: `inactive` or `ambiguous`.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Deactivated { .. } | Self::Deleted { .. } => "inactive",
            Self::Ambiguous(_) => "ambiguous",
        }
    }

    /// The refusal as the log of the instance keeps it.
    pub fn logged(&self) -> RefusedRequest {
        let (email, user) = match self {
            Self::Deactivated { email, user } | Self::Deleted { email, user } => (email, Some(*user)),
            Self::Ambiguous(email) => (email, None),
        };
        RefusedRequest {
            route: "sign-in".to_owned(),
            status: 403,
            scim_type: None,
            detail: self.to_string(),
            values: vec![PushedValue { attribute: "email".to_owned(), value: email.clone() }],
            user,
        }
    }
}

impl Person {
    /// Reads `email`, `givenName` and `familyName`.
    ///
    /// # Errors
    /// `invalidValue`, naming the member.
    pub fn from_json(assertion: &Value) -> Result<Self, ScimError> {
        let member = |text: Text| match text.read(&assertion[text.name])? {
            Assigned::To(value) => Ok(value),
            _ => Err(ScimError::invalid_value(format!("{} is required and must not be empty.", text.name))),
        };
        let email = member(Text { name: "email", ..EMAIL })?;
        let is_address = email.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        if !is_address || email.contains(char::is_whitespace) {
            return Err(ScimError::invalid_value("email is not an e-mail address."));
        }
        // Folding can make it longer than a key can be.
        if fold(&email).len() > MAX_FOLDED_BYTES {
            return Err(ScimError::invalid_value("email is too long when it is compared without case."));
        }
        Ok(Self {
            email,
            given_name: member(Text { name: "givenName", ..GIVEN_NAME })?,
            family_name: member(Text { name: "familyName", ..FAMILY_NAME })?,
        })
    }

    /// The verified e-mail.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The user that an unknown person becomes: an active consumer of the default group, whose
    /// userName is the e-mail, so that the identity provider finds it by its next assignment.
    pub fn new_user(&self) -> UserResource {
        let Self { email, given_name, family_name } = self.clone();
        UserResource {
            user_name: Assigned::To(email.clone()),
            given_name: Assigned::To(given_name),
            family_name: Assigned::To(family_name),
            email: Assigned::To(email),
            ..UserResource::default()
        }
    }

    /// Decides by the user whose userName is the e-mail, and the one whose work e-mail it is, who may
    /// sign in; none where nobody has the e-mail.
    ///
    /// # Errors
    /// [`SignInRefusal`], where there is somebody and it may not be.
    pub fn user(&self, by_user_name: Option<User>, by_email: Option<User>) -> Result<Option<User>, SignInRefusal> {
        let user = match (by_user_name, by_email) {
            (None, None) => return Ok(None),
            (Some(one), Some(other)) if one.id != other.id => {
                return Err(SignInRefusal::Ambiguous(self.email.clone()));
            }
            (Some(user), _) | (None, Some(user)) => user,
        };
        let email = self.email.clone();
        match user.profile.state {
            State::Active => Ok(Some(user)),
            State::Inactive => Err(SignInRefusal::Deactivated { email, user: user.id }),
            State::Deleted => Err(SignInRefusal::Deleted { email, user: user.id }),
        }
    }
}
