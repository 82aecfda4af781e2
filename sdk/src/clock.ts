/** Time and randomness: nothing else in this package asks the machine for them. */

/** Milliseconds since 1970. */
export function nowMs(): number {
  return Date.now()
}

/** Random bytes that nobody can guess. */
export function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count))
}

/** A number in [0, 1), for spreading tries out. */
export function randomShare(): number {
  return new DataView(randomBytes(4).buffer).getUint32(0) / 2 ** 32
}

/** Waits; rejects with the signal's reason once that is aborted. */
export function sleep(ms: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop)
      resolve()
    }, ms)
    signal?.addEventListener("abort", stop, { once: true })
  })
}
