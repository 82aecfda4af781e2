<?php
function verify_palomma_direct_debit(array $headers, string $body, string $integrityKey): ?array
{
    $encoded = $headers['x-encoded-data'] ?? null;
    $signature = $headers['x-signature'] ?? null;
    if (!is_string($encoded) || !is_string($signature)) {
        return null;
    }
    if (!hash_equals(hash_hmac('sha256', $encoded, $integrityKey), $signature)) {
        return null;
    }
    return base64_decode($encoded) === $body ? json_decode($body, true) : null;
}
