//! The errors that operations which write list in the OpenAPI document.

use utoipa::IntoResponses;

use super::super::errors::problem_responses;
use super::super::problem::ProblemDocument;

problem_responses! {
    /// What creating something may answer instead.
    CreateErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured, or a body that is no JSON; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope that this takes.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        RequestTimeout = 408, "The body did not come in time.";
        TooLarge = 413, "The body is too long.";
        UnsupportedMediaType = 415, "The body is of a kind that is not read here.";
        InvalidDocument = 422, "The document is not what it must be; every fault is named. Or the idempotency key is another request's.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the node does not write at the moment.";
    }
}

problem_responses! {
    /// What changing something may answer instead.
    UpdateErrors {
        Moved = 308, "It was merged into another one, which `Location` names.";
        BadRequest = 400, "Parameters or headers that cannot be honoured, or a body that is no JSON; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope that this takes.";
        NotFound = 404, "There is nothing with this id or slug.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        RequestTimeout = 408, "The body did not come in time.";
        Gone = 410, "It was withdrawn or split; the reason, or what took its place, is given.";
        Stale = 412, "It was changed since it was read.";
        TooLarge = 413, "The body is too long.";
        UnsupportedMediaType = 415, "The body is of a kind that is not read here.";
        InvalidDocument = 422, "The document is not what it must be; every fault is named. Or the idempotency key is another request's.";
        PreconditionRequired = 428, "`If-Match` is missing.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the node does not write at the moment.";
    }
}

problem_responses! {
    /// What merging, splitting and adding parts may answer instead.
    LineageErrors {
        Moved = 308, "It was merged into another one, which `Location` names.";
        BadRequest = 400, "Parameters or headers that cannot be honoured, or a body that is no JSON; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope that this takes.";
        NotFound = 404, "There is nothing with this id or slug.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        RequestTimeout = 408, "The body did not come in time.";
        Gone = 410, "It was withdrawn or split; the reason, or what took its place, is given.";
        Stale = 412, "It was changed since it was read.";
        TooLarge = 413, "The body is too long.";
        UnsupportedMediaType = 415, "The body is of a kind that is not read here.";
        InvalidDocument = 422, "The document is not what it must be; every fault is named. Or the idempotency key is another request's.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the node does not write at the moment.";
    }
}

problem_responses! {
    /// What redacting something may answer instead.
    RedactErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured, or a body that is no JSON; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope that this takes.";
        NotFound = 404, "There is nothing with this id or slug.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        RequestTimeout = 408, "The body did not come in time.";
        Stale = 412, "It was changed since it was read.";
        TooLarge = 413, "The body is too long.";
        UnsupportedMediaType = 415, "The body is of a kind that is not read here.";
        InvalidDocument = 422, "The document is not what it must be, no version has what it names, or the reason holds it; every fault is named. Or the idempotency key is another request's.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the node does not write at the moment.";
    }
}

problem_responses! {
    /// What withdrawing something may answer instead.
    RetractErrors {
        Moved = 308, "It was merged into another one, which `Location` names.";
        BadRequest = 400, "Parameters or headers that cannot be honoured, or a body that is no JSON; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope that this takes.";
        NotFound = 404, "There is nothing with this id or slug.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "It was withdrawn or split; the reason, or what took its place, is given.";
        Stale = 412, "It was changed since it was read.";
        InvalidDocument = 422, "The document is not what it must be; every fault is named. Or the idempotency key is another request's.";
        PreconditionRequired = 428, "`If-Match` is missing.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the node does not write at the moment.";
    }
}

problem_responses! {
    /// What restoring something may answer instead.
    RestoreErrors {
        Moved = 308, "It was merged into another one, which `Location` names.";
        BadRequest = 400, "Parameters or headers that cannot be honoured, or a body that is no JSON; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope that this takes.";
        NotFound = 404, "There is nothing with this id or slug.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Conflict = 409, "It is not withdrawn.";
        Gone = 410, "It was withdrawn or split; the reason, or what took its place, is given.";
        InvalidDocument = 422, "The document is not what it must be; every fault is named. Or the idempotency key is another request's.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the node does not write at the moment.";
    }
}
