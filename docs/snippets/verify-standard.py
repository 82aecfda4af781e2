import base64
import hashlib
import hmac


def verify_standard(headers: dict, body: bytes, secret: str, now: float) -> bool:
    sent_at = headers.get("webhook-timestamp", "")
    if not sent_at.isdecimal() or abs(now - int(sent_at)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    mac = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest())
    # Several signatures stand there while a secret is being replaced.
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(each, b"v1," + mac) for each in given)
