"""Holds a document to the rules of OpenAPI 3.0, with a validator that others wrote, and takes no fault.

    python openapi30.py openapi/openapi-3.0.json
"""

import json
import sys

from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: openapi30.py DOCUMENT")
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    faults = [f"{list(fault.absolute_path)}: {fault.message}" for fault in OpenAPIV30SpecValidator(document).iter_errors()]
    assert not faults, faults
    # It knows the two versions apart.
    assert list(OpenAPIV31SpecValidator(document).iter_errors())
    print("openapi-spec-validator: ok")


if __name__ == "__main__":
    main()
