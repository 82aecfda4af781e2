/** A certificate for hooks.example that nobody vouches for, and its key: only tests take it. */
export const KEY = pem(
  "PRIVATE KEY",
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgt9kfeQ+looDf8FxtBob9C1WNPi/geD3I66puowS3" +
    "tsChRANCAASOYeB173aagTvaE3mQzE20qWlIJ3a/AEIvAvcllQrVNpuxGLdpYql/T7XDONpKNjVECiBQXgUjN73X" +
    "s+XPafK5",
)
export const CERTIFICATE = pem(
  "CERTIFICATE",
  "MIIBSTCB8KADAgECAgEBMAoGCCqGSM49BAMCMBYxFDASBgNVBAMMC2NhdWRhbCB0ZXN0MCAXDTIwMDEwMTAwMDAw" +
    "MFoYDzIxMjAwMTAxMDAwMDAwWjAWMRQwEgYDVQQDDAtjYXVkYWwgdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEH" +
    "A0IABI5h4HXvdpqBO9oTeZDMTbSpaUgndr8AQi8C9yWVCtU2m7EYt2liqX9PtcM42ko2NUQKIFBeBSM3vdez5c9p" +
    "8rmjLTArMBgGA1UdEQQRMA+CDWhvb2tzLmV4YW1wbGUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBF" +
    "AiEAsQleHnNWhHKiY1Z5SVgnH5DXIKca2KUHp2Fh9q3VEEsCIBMqEm25rr73/24E9Fk+ToWJ9AnlYX2ghp9PkAId" +
    "2AbQ",
)

function pem(label: string, base64: string): string {
  return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`
}
