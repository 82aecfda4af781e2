import base64
import hashlib
import hmac
import json


def verify_palomma_pay(body: bytes, integrity_key: str):
    try:
        message = json.loads(body)
        data, given = message["data"], message["signature"].encode()
        expected = hashlib.sha256((data + integrity_key).encode()).hexdigest().encode()
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return json.loads(base64.b64decode(data)) if hmac.compare_digest(given, expected) else None
