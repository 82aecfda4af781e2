import hashlib
import hmac
import json


def verify_tapila(body: bytes, webhook_key: str) -> bool:
    try:
        notice = json.loads(body)
        parts = [notice["operationId"], notice["externalPaymentId"], notice["status"]]
        text = "|".join([*parts, f"{notice['amount']:.2f}"])
        given = notice["hash"].encode()
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    expected = hmac.new(webhook_key.encode(), text.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(given, expected.encode())
