/** Second 0 of every simulation: a midnight, so that times of day can be read off. */
export const ORIGIN_MS = Date.parse('2026-01-05T00:00:00Z')
