<?php
function verify_palomma_pay(string $body, string $integrityKey): ?array
{
    $message = json_decode($body, true);
    $data = $message['data'] ?? null;
    $signature = $message['signature'] ?? null;
    if (!is_string($data) || !is_string($signature)) {
        return null;
    }
    if (!hash_equals(hash('sha256', $data . $integrityKey), $signature)) {
        return null;
    }
    return json_decode(base64_decode($data), true);
}
