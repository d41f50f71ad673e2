//! The errors that operations list in the OpenAPI document, but for those of the gate, which all have.

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

pub(super) use problem_responses;

problem_responses! {
    /// What a list may answer instead.
    ListErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "The cursor is from before a backup was restored, or the revision asked for was lost by that.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, the revision asked for is not reached yet, or the question takes too long or found no turn.";
    }
}

problem_responses! {
    /// What the change feed may answer instead.
    FeedErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "The operation asked for was lost when a backup was restored.";
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
        Gone = 410, "The revision asked for was lost when a backup was restored.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, the revision asked for is not reached yet, too many exports are under way, or the question takes too long.";
    }
}

problem_responses! {
    /// What counting may answer instead.
    AggregateErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named. Also more buckets than are counted.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "The revision asked for was lost when a backup was restored.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, the revision asked for is not reached yet, too much is being counted, or the question takes too long.";
    }
}

problem_responses! {
    /// What a tile may answer instead.
    TileErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        NotFound = 404, "There is no such tile.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "The revision asked for was lost when a backup was restored.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, the revision asked for is not reached yet, or too much is being counted.";
    }
}

problem_responses! {
    /// What an item may answer instead.
    ItemErrors {
        Merged = 301, "It was merged into another one, which `Location` names.";
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        NotFound = 404, "There is nothing with this id or slug.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "It was withdrawn or split, and the reason or what took its place is given; or the revision asked for was lost when a backup was restored.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the revision asked for is not reached yet.";
    }
}

problem_responses! {
    /// What the events of a timeline may be instead.
    TimelineEventErrors {
        Merged = 301, "The timeline was merged into another one, whose events `Location` names.";
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        NotFound = 404, "There is no timeline with this id or slug.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "The timeline was withdrawn, and the reason is given; or the cursor or the revision asked for was lost when a backup was restored.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, the revision asked for is not reached yet, too many exports are under way, or the question takes too long or found no turn.";
    }
}

problem_responses! {
    /// What the dataset's own page may answer instead.
    DatasetErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "The revision asked for was lost when a backup was restored.";
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

problem_responses! {
    /// What the list of keys may answer instead.
    KeyErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope `admin`.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach.";
    }
}

problem_responses! {
    /// What making a key may answer instead.
    KeyInErrors {
        BadRequest = 400, "Parameters that cannot be honoured, or a body that is no JSON.";
        InsufficientScope = 403, "The key does not have the scope `admin`.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        RequestTimeout = 408, "The body did not come in time.";
        TooLarge = 413, "The body is too long.";
        UnsupportedMediaType = 415, "The body is not `application/json`.";
        InvalidDocument = 422, "The document is not what it must be; every fault is named.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach.";
    }
}

problem_responses! {
    /// What a key may answer instead.
    KeyItemErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope `admin`.";
        NotFound = 404, "There is no key with this id.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach.";
    }
}

problem_responses! {
    /// What a webhook may answer instead.
    WebhookItemErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope `admin`.";
        NotFound = 404, "There is no webhook with this id.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or as many tests are under way as may be.";
    }
}

problem_responses! {
    /// What changing a webhook may answer instead.
    WebhookChangeErrors {
        BadRequest = 400, "Parameters that cannot be honoured, or a body that is no JSON.";
        InsufficientScope = 403, "The key does not have the scope `admin`.";
        NotFound = 404, "There is no webhook with this id.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        RequestTimeout = 408, "The body did not come in time.";
        Conflict = 409, "Somebody else changed it at the same moment.";
        TooLarge = 413, "The body is too long.";
        UnsupportedMediaType = 415, "The body is of a kind that is not read here.";
        InvalidDocument = 422, "The document is not what it must be; every fault is named.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the node is not ready.";
    }
}

problem_responses! {
    /// What the list of duplicates may answer instead.
    DuplicateErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "The revision asked for was lost when a backup was restored.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the revision asked for is not reached yet.";
    }
}

problem_responses! {
    /// What a duplicate may answer instead.
    DuplicateItemErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        NotFound = 404, "There is no such pair, or not any more: one of its events has ceased or is hidden.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Gone = 410, "The revision asked for was lost when a backup was restored.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the revision asked for is not reached yet.";
    }
}

problem_responses! {
    /// What deciding about a duplicate may answer instead.
    DecisionErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured, or a body that is no JSON; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope that this takes.";
        NotFound = 404, "There is no such pair, or not any more: one of its events has ceased or is hidden.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        RequestTimeout = 408, "The body did not come in time.";
        Conflict = 409, "It was decided otherwise, or one of its events has just ceased.";
        Gone = 410, "The revision asked for was lost when a backup was restored.";
        Stale = 412, "The event that would cease was changed since it was read.";
        TooLarge = 413, "The body is too long.";
        UnsupportedMediaType = 415, "The body is of a kind that is not read here.";
        InvalidDocument = 422, "The body is not what it must be, or the events cannot be merged, and why. Or the idempotency key is another request's.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach, or the node does not write at the moment.";
    }
}

problem_responses! {
    /// What the list of imports may answer instead.
    ImportListErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope `write`.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach.";
    }
}

problem_responses! {
    /// What sending a file may be answered instead.
    ImportErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured, a body that is empty or broke off; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope `write`.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        RequestTimeout = 408, "The file did not come in time.";
        TooLarge = 413, "The file is too long.";
        UnsupportedMediaType = 415, "The body is a form, or has a content coding.";
        KeyReused = 422, "The idempotency key is another request's.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "As many imports wait as may, the node has no room for the file, or the database is out of reach; `Retry-After` says when to try again.";
    }
}

problem_responses! {
    /// What an import may answer instead.
    ImportItemErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope `write`.";
        NotFound = 404, "There is no import with this id.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach.";
    }
}

problem_responses! {
    /// What cancelling an import may be answered instead.
    ImportCancelErrors {
        BadRequest = 400, "Parameters or headers that cannot be honoured; every fault is named.";
        InsufficientScope = 403, "The key does not have the scope `write`.";
        NotFound = 404, "There is no import with this id.";
        MethodNotAllowed = 405, "The path does not know the method; `Allow` names those it does.";
        NotAcceptable = 406, "The answer cannot be given in the form asked for.";
        Conflict = 409, "It has ended already.";
        Internal = 500, "A fault of the service; the request id is named.";
        Unavailable = 503, "The database is out of reach.";
    }
}
