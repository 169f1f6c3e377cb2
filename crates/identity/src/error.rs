//! What this room refuses, each reason with its code in one table.

use axum::response::{IntoResponse, Response};
use db::DbError;
use kit::api::{ApiError, Code};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the sentences are the documentation
pub enum IdentityError {
    #[error("The e-mail address or the password is not right.")]
    SignInFailed,
    #[error("This account is disabled. Please ask an administrator.")]
    Disabled,
    #[error("Somebody has to administer the installation: make another person an administrator first.")]
    LastAdministrator,
    #[error("Please sign in.")]
    NotSignedIn,
    #[error("There is already an account with this e-mail address.")]
    EmailTaken,
    #[error("New accounts are made by the administrator here.")]
    RegistrationClosed,
    #[error("A new account needs an invitation here.")]
    InvitationNeeded,
    #[error("The present password is not right.")]
    WrongPassword,
    #[error("A workspace needs an owner: make somebody else an owner first.")]
    LastOwner,
    #[error("This person already belongs to the workspace.")]
    AlreadyMember,
    #[error("Only an owner may do this to owners.")]
    OwnersOnly,
    #[error("This invitation was used or has expired.")]
    InvitationGone,
    #[error("This invitation is for another e-mail address.")]
    InvitationForAnother,
    #[error("You do not belong to any workspace.")]
    NoWorkspace,
    #[error("This needs a person who is signed in; an API token cannot do it.")]
    NeedsSession,
    #[error("Here one signs in without a password.")]
    NoPasswords,
    #[error("Please enter a code of your authenticator app.")]
    SecondFactor(String),
    #[error("This code is not right.")]
    WrongCode,
    #[error("This has taken too long. Please sign in again.")]
    ChallengeGone,
    #[error("Please sign in again first: this account has no password to ask for.")]
    SignInAgain,
    #[error("This passkey is not known here.")]
    PasskeyRefused,
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    #[error(transparent)]
    Refused(#[from] ApiError),
    #[error(transparent)]
    Store(#[from] DbError),
}

impl From<sea_orm::DbErr> for IdentityError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl From<kit::vault::VaultError> for IdentityError {
    fn from(error: kit::vault::VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl From<IdentityError> for ApiError {
    fn from(error: IdentityError) -> Self {
        use IdentityError as E;
        let code = match error {
            E::Refused(inner) => return inner,
            E::Store(inner) => return inner.into(),
            E::WrongPassword => return ApiError::invalid("current_password", error.to_string()),
            E::SecondFactor(challenge) => {
                let sentence = "Please enter a code of your authenticator app.";
                return ApiError::new(Code::SecondFactorRequired, sentence)
                    .with_detail("challenge", challenge);
            }
            E::WrongCode => return ApiError::invalid("code", error.to_string()),
            E::SignInFailed | E::NotSignedIn | E::ChallengeGone | E::PasskeyRefused => Code::Unauthorized,
            E::EmailTaken | E::LastOwner | E::LastAdministrator | E::AlreadyMember => Code::Conflict,
            E::InvitationGone => Code::Gone,
            E::NotFound(_) => Code::NotFound,
            E::RegistrationClosed
            | E::InvitationNeeded
            | E::OwnersOnly
            | E::Disabled
            | E::InvitationForAnother
            | E::NoWorkspace
            | E::NoPasswords
            | E::SignInAgain
            | E::NeedsSession => Code::Forbidden,
        };
        ApiError::new(code, error.to_string())
    }
}

impl IntoResponse for IdentityError {
    fn into_response(self) -> Response {
        ApiError::from(self).into_response()
    }
}
