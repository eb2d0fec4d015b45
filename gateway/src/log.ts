import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'

/** Fields whose value is never written, at the top of a line or one level down. */
const secrets = ['password', 'token', 'authorization', 'cookie', 'adminToken', 'mapboxToken']

/**
 * The one structured log: JSON lines, level by name, time as RFC 3339.
 *
 * @param destination standard output unless given
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '(secret)' },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  )
}
