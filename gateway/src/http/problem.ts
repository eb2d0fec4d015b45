import {
  ClearwayError,
  ConflictError,
  DeniedError,
  InputError,
  NotFoundError,
  OverloadError,
  PeerError,
  type Problem,
  UnauthenticatedError,
  WorldError,
} from '@clearway/contracts'

/** The one table from errors to status numbers: by class, with the exceptions by code. */
const byClass = new Map<unknown, number>([
  [InputError, 400],
  [UnauthenticatedError, 401],
  [DeniedError, 403],
  [NotFoundError, 404],
  [ConflictError, 409],
  [OverloadError, 429],
  [PeerError, 502],
  [WorldError, 503],
])
const byCode: Record<string, number> = {
  'method-not-allowed': 405,
  'body-too-large': 413,
  'media-type-unsupported': 415,
}

const titles: Record<number, string> = {
  400: 'The request is not usable',
  401: 'Nobody is signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'In conflict with the present state',
  413: 'Body too large',
  415: 'Media type not supported',
  429: 'Too many requests',
  500: 'Our fault',
  502: 'A device or peer broke its contract',
  503: 'Not available now',
}

/** What of a request an error may name. */
export interface Sent {
  /** Without the query, which may hold a plate. */
  path: string
  contentType: string | undefined
  /** The largest body allowed. */
  bodyLimit: number
}

const refused = (code: string, field: string, message: string) =>
  new InputError(code, `${field} ${message}`, [{ field, message }])

/** fastify's own codes, translated where they enter. */
const frameworkCodes: Record<string, (sent: Sent, message: string) => ClearwayError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ({ bodyLimit }) =>
    refused('body-too-large', '(body)', `has more than ${bodyLimit} bytes (limits.bodyBytes)`),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ({ contentType }) =>
    refused('media-type-unsupported', 'content-type', `is ${JSON.stringify(contentType ?? '')}; send application/json`),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: (_sent, message) => new InputError('content-length', message),
  // The parser's own message may hold a piece of the body, and that a password: it is not passed on.
  FST_ERR_CTP_INVALID_JSON_BODY: () =>
    new InputError('json-malformed', 'the body is not JSON', [{ field: '(body)', message: 'is not JSON' }]),
  FST_ERR_BAD_URL: ({ path }) => new InputError('address-malformed', `${path} is not a valid URL path`),
}

/** Any thrown value as one of ours; what cannot be named stays a bug. */
export function translate(error: unknown, sent: Sent): ClearwayError {
  if (error instanceof ClearwayError) return error
  const { code, message, statusCode } = error as { code?: string; message?: string; statusCode?: number }
  const named = code === undefined ? undefined : frameworkCodes[code]
  if (named) return named(sent, message ?? '')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new InputError('request-malformed', message ?? 'the request is malformed')
  }
  return new ClearwayError(
    'bug',
    'internal',
    'something went wrong on our side; the log has it under this request',
    [],
    error,
  )
}

export function statusOf(error: ClearwayError): number {
  return byCode[error.code] ?? byClass.get(error.constructor) ?? 500
}

/** RFC 9457. */
export function toProblem(error: ClearwayError): Problem {
  const status = statusOf(error)
  return {
    type: `urn:clearway:problem:${error.code}`,
    title: titles[status] ?? 'Error',
    status,
    detail: error.message,
    ...(error.fields.length > 0 ? { errors: error.fields.map(({ field, message }) => ({ field, message })) } : {}),
  }
}
