//! The errors that operations list in the OpenAPI document.

use utoipa::IntoResponses;

use super::problem::ProblemDocument;

/// Declares a set of responses that are all problem documents.
macro_rules! problem_responses {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $status:literal, $description:literal;)+ }) => {
        $(#[$meta])*
        #[derive(IntoResponses)]
        #[expect(dead_code, reason = "read by the generator of the OpenAPI document only")]
        pub enum $name {
            $(
                #[response(status = $status, description = $description, content_type = "application/problem+json")]
                $variant(ProblemDocument),
            )+
        }
    };
}

problem_responses! {
    /// What a list may answer instead.
    ListErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "The cursor is from before a backup was restored.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the revision asked for is not reached yet.";
    }
}

problem_responses! {
    /// What a whole answer may be instead.
    ExportErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, the revision asked for is not reached yet, or too many exports are under way.";
    }
}

problem_responses! {
    /// What an item may answer instead.
    ItemErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        NotFound = 404, "There is nothing with this id or slug.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "It was withdrawn; the reason is given.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the revision asked for is not reached yet.";
    }
}

problem_responses! {
    /// What a page about the service may answer instead.
    ServiceErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The service is not ready.";
    }
}
