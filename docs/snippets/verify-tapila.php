<?php
function verify_tapila(string $body, string $webhookKey): bool
{
    $notice = json_decode($body, true);
    $hash = $notice['hash'] ?? null;
    $amount = $notice['amount'] ?? null;
    if (!is_string($hash) || !(is_int($amount) || is_float($amount))) {
        return false;
    }
    $text = implode('|', [
        $notice['operationId'] ?? '',
        $notice['externalPaymentId'] ?? '',
        $notice['status'] ?? '',
        number_format($amount, 2, '.', ''),
    ]);
    return hash_equals(hash_hmac('sha256', $text, $webhookKey), $hash);
}
