import base64
import hashlib
import hmac
import json


def verify_palomma_direct_debit(headers: dict, body: bytes, integrity_key: str):
    encoded = headers.get("x-encoded-data", "").encode()
    expected = hmac.new(integrity_key.encode(), encoded, hashlib.sha256).hexdigest().encode()
    given = headers.get("x-signature", "").encode()
    if not hmac.compare_digest(given, expected):
        return None
    return json.loads(body) if base64.b64decode(encoded) == body else None
