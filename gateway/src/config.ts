import { existsSync, readFileSync } from 'node:fs'
import { compile, type FieldError, InputError, OneOf } from '@clearway/contracts'
import { type Static, type TSchema, Type } from 'typebox'
import { parseDocument } from 'yaml'

const Port = (fallback: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 65535, default: fallback, description: `${description}; 0 picks a free one` })
const Secret = (description: string) => Type.String({ minLength: 8, maxLength: 4096, description, secret: true })
const File = (description: string) => Type.String({ minLength: 1, description })
const Positive = (fallback: number, description: string) => Type.Integer({ minimum: 1, default: fallback, description })

const OnOff = (fallback: 'on' | 'off', description: string) =>
  Type.Unsafe<'on' | 'off'>({ ...OneOf('on', 'off'), default: fallback, description })

/** Everything that can be set. Each leaf has a description, and a default unless it may be left out. */
const ConfigSchema = Type.Object({
  dataDir: Type.String({
    minLength: 1,
    default: './data',
    description: 'folder of everything the gateway keeps; deleting it is a factory reset',
  }),
  simulate: Type.Unsafe<'on' | 'off'>({
    ...OneOf('on', 'off'),
    default: 'on',
    description: 'on: simulators drive the city that ships; off: the gateway alone',
  }),
  adminToken: Type.Optional(Secret('bearer token with the role admin')),
  http: Type.Object({
    host: Type.String({ minLength: 1, default: '127.0.0.1', description: 'address to listen on; 0.0.0.0 for all' }),
    port: Port(8080, 'port of pages and API'),
    publicUrl: Type.Optional(
      Type.String({ pattern: '^https?://[^/]+$', description: 'origin under which people reach it, without a path' }),
    ),
    trustProxy: Type.Optional(
      Type.String({ minLength: 1, description: 'addresses of reverse proxies whose X-Forwarded-For counts, by comma' }),
    ),
    https: Type.Optional(
      Type.Object({
        certFile: File('certificate chain, PEM'),
        keyFile: File('private key, PEM'),
      }),
    ),
  }),
  mqtt: Type.Object({
    host: Type.String({ minLength: 1, default: '127.0.0.1', description: 'address to listen on; 0.0.0.0 for all' }),
    port: Port(1883, 'port of MQTT 3.1.1'),
    tls: Type.Optional(
      Type.Object({
        port: Port(8883, 'port of MQTT over TLS'),
        certFile: File('certificate chain, PEM'),
        keyFile: File('private key, PEM'),
        caFile: Type.Optional(File('authority of client certificates, PEM; their common name is the device id')),
      }),
    ),
    broker: Type.Optional(
      Type.Object({
        url: Type.String({
          pattern: '^mqtts?://',
          description:
            'a stock broker to consume from in place of the embedded one; mqtt.host, port and tls are unused',
        }),
        user: Type.String({
          minLength: 1,
          default: 'clearway.gateway',
          description:
            'begins the user name and client id of each connection, one for each kind: {user}.gate and so on',
        }),
        password: Secret('password of these users'),
        caFile: Type.Optional(File("authority of the broker's certificate, PEM; the system's if absent")),
      }),
    ),
  }),
  log: Type.Object({
    level: Type.Unsafe<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'>({
      ...OneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace'),
      default: 'info',
      description: 'least severe line that is written',
    }),
  }),
  telemetry: Type.Object({
    store: Type.Unsafe<'embedded' | 'influxdb'>({
      ...OneOf('embedded', 'influxdb'),
      default: 'embedded',
      description: 'where time series are kept',
    }),
    url: Type.Optional(Type.String({ pattern: '^https?://', description: 'InfluxDB; needed for influxdb' })),
    database: Type.String({ minLength: 1, default: 'clearway', description: 'database (bucket) of the time series' }),
    organisation: Type.String({ default: '', description: 'organisation of an InfluxDB 2' }),
    token: Type.Optional(Secret('token of InfluxDB')),
  }),
  map: Type.Object({
    mapboxToken: Type.Optional(Secret('Mapbox access token; without it the pages draw with MapLibre')),
  }),
  city: Type.Object({
    timeZone: Type.Optional(
      Type.String({ minLength: 1, description: "IANA zone instead of the imported city's; Asia/Shanghai without one" }),
    ),
    calendarFile: Type.Optional(
      File("public holidays and swapped workdays of the city, YAML; without it China's, see docs/tariffs.md"),
    ),
  }),
  signals: Type.Object({
    eventDays: Type.Integer({
      minimum: 1,
      maximum: 3650,
      default: 14,
      description: 'for how long the event logs of signal controllers are kept, days',
    }),
  }),
  demo: Type.Object({
    cameraNoise: Type.Number({
      minimum: 0,
      maximum: 0.2,
      default: 0.002,
      description: "errors per character with which the gates' cameras of the demo city read plates",
    }),
  }),
  parking: Type.Object({
    imageUrl: Type.Optional(
      Type.String({
        pattern: '^(https?|file)://[^{}]*\\{ref\\}[^{}]*$',
        description:
          'where images of gates are kept, {ref} standing for the imageRef of a read; https://images/{ref}.jpg or file:///srv/images/{ref}.jpg. Only the gateway asks there',
      }),
    ),
    bills: Type.Object({
      issueAfterS: Type.Integer({
        minimum: 0,
        maximum: 2_592_000,
        default: 0,
        description: 'a price waits so long for late events before it becomes a bill, s; 172800 (48 h) is common',
      }),
      shortestStayS: Type.Integer({
        minimum: 0,
        maximum: 3600,
        default: 60,
        description: 'shorter stays get no bill, s',
      }),
      dunningFile: Type.Optional(
        File('notices, reminders and collection by days, YAML; the steps that ship if absent, see docs/billing.md'),
      ),
    }),
  }),
  greenChannel: Type.Object({
    headStartS: Type.Number({
      minimum: -30,
      maximum: 120,
      default: 40,
      description:
        'greens of emergency vehicles are asked for so many seconds before entry and queue need it where nobody else waits, 5 s less for each vehicle that usually does; more serves the vehicle, less the others',
    }),
    queueEstimate: Type.Unsafe<'on' | 'off'>({
      ...OneOf('on', 'off'),
      default: 'on',
      description:
        'off: every queue and every arrival on the way is taken to be 0, which shows what the detectors are worth',
    }),
    lookAheadJunctions: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'so many junctions ahead are asked at the most, 1 being the next one only; all if absent',
      }),
    ),
    downstreamFirst: Type.Unsafe<'on' | 'off'>({
      ...OneOf('on', 'off'),
      default: 'on',
      description:
        'on: a junction behind a link that is too short for the queue before it is asked so early that its own queue is gone by then',
    }),
  }),
  diversion: Type.Object({
    horizonS: Type.Integer({
      minimum: 60,
      maximum: 600,
      default: 180,
      description: 'other drivers are told of roads that an emergency vehicle reaches within so many seconds',
    }),
    signs: Type.Unsafe<'on' | 'off'>({
      ...OneOf('on', 'off'),
      default: 'on',
      description: 'on: signs before these roads speak by themselves; off: only people and flows let them speak',
    }),
    linkCostFactor: Type.Number({
      minimum: 1,
      maximum: 10,
      default: 2,
      description: 'ordinary routes count these roads as taking so many times as long; 1 leads nobody around them',
    }),
    token: Type.Optional(Secret('bearer token with the role navigation, for whoever reads the advice feed')),
  }),
  flows: Type.Object({
    port: Port(1880, 'port of Node-RED on the loopback address'),
    editor: Type.Unsafe<'on' | 'off'>({
      ...OneOf('on', 'off'),
      default: 'off',
      description: 'on: serves the flow editor; off: headless',
    }),
    token: Type.Optional(Secret('bearer token with the role flows; made by the supervisor where absent')),
  }),
  hospitals: Type.Object({
    token: Type.Optional(
      Secret(
        "bearer token with the role hospital, for a hospital's information system; made by the supervisor where absent",
      ),
    ),
  }),
  payments: Type.Object({
    reconcileHour: Type.Integer({
      minimum: 0,
      maximum: 23,
      default: 11,
      description:
        'from this hour on, of China, the bills of the day before are fetched and compared; they are ready at 10',
    }),
    wechat: Type.Optional(
      Type.Object({
        merchantId: Type.String({ pattern: '^[0-9]{8,32}$', description: 'WeChat Pay: mchid of the merchant' }),
        appId: Type.String({
          minLength: 1,
          maxLength: 32,
          description: 'appid of the app or account bound to the merchant',
        }),
        merchantSerial: Type.String({
          pattern: '^[0-9A-Fa-f]{8,64}$',
          description: "serial number of the merchant's API certificate, hexadecimal",
        }),
        merchantKeyFile: File("private key of the merchant's API certificate (apiclient_key.pem)"),
        apiV3KeyFile: File('file that holds the APIv3 key, 32 characters'),
        platformKeysDir: File(
          'folder of public keys and certificates of the platform, each named by its serial: PUB_KEY_ID_….pem',
        ),
        debit: OnOff('off', 'on: the parking service (微信支付分停车服务) is contracted, plates are debited by it'),
        url: Type.String({
          pattern: '^https?://[^/]+$',
          default: 'https://api.mch.weixin.qq.com',
          description: 'origin of the service; https://api2.mch.weixin.qq.com is its second one',
        }),
        timeoutS: Type.Integer({ minimum: 1, maximum: 60, default: 10, description: 'longest wait for an answer, s' }),
      }),
    ),
    alipay: Type.Optional(
      Type.Object({
        appId: Type.String({ pattern: '^[0-9]{8,32}$', description: 'Alipay: app_id of the app' }),
        sellerId: Type.String({ pattern: '^2088[0-9]{12}$', description: 'user id of the merchant at Alipay, 2088…' }),
        appKeyFile: File('private key of the app, PEM or base64, PKCS 1 or 8'),
        alipayKeyFile: File("Alipay's public key, PEM, base64 or certificate"),
        payBy: Type.Unsafe<'qr' | 'page'>({
          ...OneOf('qr', 'page'),
          default: 'qr',
          description: 'qr: 当面付, a code to scan or open; page: 手机网站支付, a page for the browser',
        }),
        debit: OnOff('off', 'on: the parking debit (停车缴费代扣) is contracted, plates are debited by it'),
        gateway: Type.String({
          pattern: '^https?://',
          default: 'https://openapi.alipay.com/gateway.do',
          description: 'address of the gateway',
        }),
        timeoutS: Type.Integer({ minimum: 1, maximum: 60, default: 10, description: 'longest wait for an answer, s' }),
      }),
    ),
  }),
  sessions: Type.Object({
    hours: Type.Integer({ minimum: 1, maximum: 720, default: 12, description: 'life of a sign-in, h' }),
  }),
  limits: Type.Object({
    connectionsPerAddress: Positive(6000, 'MQTT connections from one address'),
    messagesPerSecond: Positive(500, 'MQTT messages of one device, sustained'),
    requestsPerMinute: Positive(30000, 'HTTP requests from one address, also the burst'),
    bodyBytes: Positive(1048576, 'size of an HTTP body, bytes'),
    streams: Positive(1000, 'open event streams, all readers together'),
    streamsPerSession: Positive(10, 'open event streams of one sign-in'),
  }),
})
export type Config = Static<typeof ConfigSchema>

/** One key of the configuration. */
export interface ConfigKey {
  /** `http.port` */
  path: string
  /** `CLEARWAY_HTTP_PORT` */
  variable: string
  schema: TSchema & { description: string; default?: unknown; secret?: boolean; type?: string; enum?: string[] }
  /** Must be given when a key beside it is (a certificate needs its private key). */
  required: boolean
}

interface ObjectSchema extends TSchema {
  properties: Record<string, TSchema>
  required?: string[]
}
const isObject = (schema: TSchema): schema is ObjectSchema => 'properties' in schema

const variableOf = (path: string) =>
  `CLEARWAY_${path
    .replaceAll('.', '_')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()}`

function keysOf(schema: ObjectSchema, prefix = ''): ConfigKey[] {
  return Object.entries(schema.properties).flatMap(([name, property]): ConfigKey[] => {
    const path = prefix + name
    if (isObject(property)) return keysOf(property, `${path}.`)
    const required = (schema.required ?? []).includes(name) && !('default' in property)
    return [{ path, variable: variableOf(path), schema: property as ConfigKey['schema'], required }]
  })
}

/** Every key, in the order of the schema. The reference in `docs/configuration.md` is made from it. */
export const describeConfig = (): ConfigKey[] => keysOf(ConfigSchema as unknown as ObjectSchema)

/** Variables that are not keys: the file itself, and the data of the evaluations. */
const otherVariables = new Set(['CLEARWAY_CONFIG', 'CLEARWAY_TEST_DATA'])

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads `clearway.yaml` (or the file named by `CLEARWAY_CONFIG`) and lays the variables over it. An empty variable
 * counts as absent.
 *
 * @param overrides what the command line says, by path; the last word
 * @throws InputError `configuration` listing every fault with its key and reason; secret values are never shown
 */
export function loadConfig(environment: Environment = process.env, overrides: Record<string, unknown> = {}): Config {
  const faults: FieldError[] = []
  const given = new Map<string, unknown>()
  /** Where a value was given: the file or the variable. */
  const places = new Map<string, string>()
  const keys = describeConfig()

  const { file, content } = readFile(environment.CLEARWAY_CONFIG)
  if (content !== undefined) {
    const inFile: FieldError[] = []
    flatten(parseFile(file, content), '', keys, given, inFile)
    for (const path of given.keys()) places.set(path, file)
    faults.push(...inFile.map((fault) => placed(fault, file)))
  }

  const byVariable = new Map(keys.map((key) => [key.variable, key]))
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith('CLEARWAY_') || otherVariables.has(variable) || text === undefined || text === '') continue
    const key = byVariable.get(variable)
    if (key) {
      given.set(key.path, fromText(text, key))
      places.set(key.path, variable)
    } else faults.push({ field: variable, message: 'is not a known variable; docs/configuration.md lists them all' })
  }
  for (const [path, value] of Object.entries(overrides)) {
    given.set(path, value)
    places.set(path, 'command line')
  }

  const config: Record<string, unknown> = {}
  for (const key of keys) {
    const value = given.get(key.path) ?? key.schema.default
    const optional = optionalGroup(key.path)
    // An optional group exists only when one of its keys is given; then its defaults and requirements hold.
    if (optional && ![...given.keys()].some((path) => path.startsWith(`${optional}.`))) continue
    if (value === undefined) {
      if (key.required) faults.push({ field: key.path, message: `is missing: ${key.schema.description}` })
      else if (key.path.includes('.')) place(config, key.path)
      continue
    }
    faults.push(...check(key, value).map((fault) => placed(fault, places.get(key.path))))
    place(config, key.path, value)
  }
  faults.push(...(faults.length === 0 ? contradictions(config as unknown as Config) : []))
  if (faults.length > 0) {
    const lines = faults.map(({ field, message }) => `${field} ${message}`)
    throw new InputError('configuration', `the configuration is not usable: ${lines.join('; ')}`, faults)
  }
  return config as unknown as Config
}

/** The nearest enclosing group that may be left out, for example `mqtt.tls` of `mqtt.tls.port`. */
function optionalGroup(path: string): string | undefined {
  const steps = path.split('.').slice(0, -1)
  let schema = ConfigSchema as unknown as ObjectSchema
  for (const [depth, step] of steps.entries()) {
    if (!(schema.required ?? []).includes(step)) return steps.slice(0, depth + 1).join('.')
    schema = schema.properties[step] as ObjectSchema
  }
  return undefined
}

function readFile(named: string | undefined): { file: string; content: string | undefined } {
  const file = named || 'clearway.yaml'
  if (!named && !existsSync(file)) return { file, content: undefined }
  try {
    return { file, content: readFileSync(file, 'utf8') }
  } catch (cause) {
    const reason = (cause as Error).message
    throw new InputError('configuration', `CLEARWAY_CONFIG names ${file}, which cannot be read: ${reason}`, [
      { field: 'CLEARWAY_CONFIG', message: `${file} cannot be read: ${reason}` },
    ])
  }
}

function parseFile(file: string, content: string): unknown {
  const document = parseDocument(content, { uniqueKeys: true })
  const [error] = document.errors
  // The library's message quotes the line, which may hold a secret: only its place and code are passed on.
  if (error) {
    const line = error.linePos?.[0].line ?? 1
    throw new InputError('configuration', `${file} line ${line} is not YAML: ${error.code}`, [
      { field: file, message: `line ${line} is not YAML: ${error.code}` },
    ])
  }
  return document.toJS() ?? {}
}

/** Sorts the leaves of the file into `given` and names every key that the schema does not have. */
function flatten(value: unknown, prefix: string, keys: ConfigKey[], given: Map<string, unknown>, faults: FieldError[]) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push({ field: prefix.slice(0, -1) || '(file)', message: 'must be a group of keys' })
    return
  }
  for (const [name, inner] of Object.entries(value)) {
    const path = prefix + name
    const below = keys.filter((key) => key.path.startsWith(`${path}.`))
    if (keys.some((key) => key.path === path)) given.set(path, inner)
    else if (below.length > 0) flatten(inner ?? {}, `${path}.`, keys, given, faults)
    else {
      const beside = new Set(
        keys
          .filter((key) => key.path.startsWith(prefix))
          .map((key) => key.path.slice(prefix.length).split('.')[0] as string),
      )
      faults.push({ field: path, message: `is not a known key; known here: ${[...beside].join(', ')}` })
    }
  }
}

/** A variable is text; numbers and booleans are read from it, and what does not read stays text and fails its check. */
function fromText(text: string, { schema }: ConfigKey): unknown {
  if (schema.type === 'integer' || schema.type === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (schema.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

const placed = ({ field, message }: FieldError, place: string | undefined): FieldError => ({
  field,
  message: place === undefined ? message : `${message} (${place})`,
})

function check(key: ConfigKey, value: unknown): FieldError[] {
  const faults = compile(key.schema).faults(value)
  if (key.schema.secret && faults.length > 0) {
    return [{ field: key.path, message: 'is not valid: text of at least 8 characters is expected (value not shown)' }]
  }
  return faults.map(({ message }) => ({ field: key.path, message }))
}

/** Sets a leaf; without a value only makes the groups above it. */
function place(config: Record<string, unknown>, path: string, value?: unknown): void {
  const steps = path.split('.')
  const leaf = steps.pop() as string
  let here = config
  for (const step of steps) {
    here[step] ??= {}
    here = here[step] as Record<string, unknown>
  }
  if (value !== undefined) here[leaf] = value
}

/** What no single key can be blamed for. */
function contradictions(config: Config): FieldError[] {
  const faults: FieldError[] = []
  if (config.telemetry.store === 'influxdb' && config.telemetry.url === undefined) {
    faults.push({ field: 'telemetry.url', message: 'is missing: telemetry.store is influxdb, which needs its address' })
  }
  if (config.city.timeZone !== undefined) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: config.city.timeZone })
    } catch {
      faults.push({ field: 'city.timeZone', message: `must be an IANA zone, got "${config.city.timeZone}"` })
    }
  }
  if (config.adminToken !== undefined && config.adminToken === config.hospitals.token) {
    faults.push({ field: 'hospitals.token', message: 'must differ from adminToken: it would make hospitals an admin' })
  }
  if (config.adminToken !== undefined && config.adminToken === config.flows.token) {
    faults.push({ field: 'flows.token', message: 'must differ from adminToken: it would make every flow an admin' })
  }
  faults.push(...callbackFaults(config))
  return faults
}

/** Providers tell what was paid to an address of ours, the real ones over TLS only. */
function callbackFaults({ payments: { wechat, alipay }, http: { publicUrl } }: Config): FieldError[] {
  const [provider, address] = wechat ? ['wechat', wechat.url] : alipay ? ['alipay', alipay.gateway] : []
  if (address === undefined) return []
  if (publicUrl === undefined) {
    return [
      { field: 'http.publicUrl', message: `is missing: payments.${provider} needs an address that it is told at` },
    ]
  }
  const real = [wechat?.url, alipay?.gateway].some((url) => url?.startsWith('https:'))
  if (!real || publicUrl.startsWith('https:')) return []
  return [{ field: 'http.publicUrl', message: `must begin with https: payments.${provider} tells nobody else` }]
}
