import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeConfig, loadConfig } from '@clearway/gateway'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { clearwayProgram } from '../bin/program.ts'
import manifest from '../package.json' with { type: 'json' }

interface Service {
  image: string
  build?: { dockerfile_inline: string }
  command?: string[]
  environment?: Record<string, string>
  profiles?: string[]
  volumes?: string[]
  secrets?: string[]
  networks?: string[]
  ports?: string[]
  depends_on?: Record<string, { condition: string; required?: boolean }>
  healthcheck?: object
}

interface Deployment {
  services: Record<string, Service>
  volumes: Record<string, null>
  networks: Record<string, { internal?: boolean } | null>
  secrets: Record<string, { file: string }>
}

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
const page = readFileSync(join(root, 'docs', 'deployment.md'), 'utf8')
const { services, volumes, networks, secrets } = parse(text, { merge: true }) as Deployment
const ours = Object.entries(services).filter(([, { image }]) => image === 'clearway')
const keys = new Map(describeConfig().map((key) => [key.variable, key]))

/** As compose fills it in: a variable that must be given is, an optional one is not. */
const filledIn = (value: string): string =>
  value.replaceAll(/\$\{\w+:([?-])[^}]*\}/g, (_, rule) => (rule === '?' ? 'made by the operator' : ''))

/** The command that these arguments call, with the arguments that are left for it. */
function called(command: Command, args: readonly string[]): { command: Command; rest: readonly string[] } {
  const inner = command.commands.find((one) => one.name() === args[0])
  return inner ? called(inner, args.slice(1)) : { command, rest: args }
}

/** Made by the operator, so that it is not in the repository; then the page has to say how. */
function isExplained(file: string): boolean {
  return file.startsWith('./deployment/') && page.includes(file.slice(2))
}

it('has every process of the city as a service, the demo apart', () => {
  const within = (profile?: string) => Object.keys(services).filter((name) => services[name]?.profiles?.[0] === profile)
  expect(within().sort()).toEqual(['broker', 'credentials', 'gateway', 'influxdb', 'node-red'])
  expect(within('demo').sort()).toEqual(['demo-city', 'simulators'])
  expect(within('edge')).toEqual(['edge'])
})

describe('the image', () => {
  const dockerfile = services.gateway?.build?.dockerfile_inline ?? ''
  const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, sources]) => (sources as string).split(' '))

  it('takes every workspace and the command, and nothing that is not there', () => {
    expect(copied).toEqual(expect.arrayContaining(['package.json', 'package-lock.json', 'bin', ...manifest.workspaces]))
    for (const file of copied) expect(existsSync(join(root, file)), file).toBe(true)
  })

  it('starts the command of this repository', () => {
    expect(dockerfile).toContain(`ENTRYPOINT ["node", "${manifest.bin.clearway}"]`)
  })
})

describe.each(ours)('the service %s', (_name, { command = [], environment = {} }) => {
  it('calls a command that exists, with options that it has', () => {
    const { command: found, rest } = called(clearwayProgram(), command)
    // A command that only holds others has no options of its own.
    expect(found.commands.length === 0 || found.options.length > 0, command.join(' ')).toBe(true)
    const options = rest.filter((word) => word.startsWith('--'))
    expect(found.options.map(({ long }) => long)).toEqual(expect.arrayContaining(options))
  })

  it('has a configuration that the gateway takes', () => {
    const variables = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, filledIn(value)]))
    expect(() => loadConfig(variables)).not.toThrow()
  })

  it('has no secret written down', () => {
    for (const [variable, value] of Object.entries(environment)) {
      if (keys.get(variable)?.schema.secret) expect(value).toMatch(/^\$\{\w+:[?-][^}]*\}$/)
    }
  })
})

describe.each(Object.entries(services))('the service %s', (_name, service) => {
  it('mounts what is declared, in the repository, or explained', () => {
    for (const mount of service.volumes ?? []) {
      const source = mount.split(':')[0] as string
      const known = source.startsWith('.') ? existsSync(join(root, source)) || isExplained(source) : source in volumes
      expect(known, source).toBe(true)
    }
    for (const secret of service.secrets ?? []) expect(Object.keys(secrets)).toContain(secret)
    for (const network of service.networks ?? []) expect(Object.keys(networks)).toContain(network)
  })

  it('waits only for what starts with it', () => {
    for (const [name, { condition, required = true }] of Object.entries(service.depends_on ?? {})) {
      const other = services[name]
      expect(other, name).toBeDefined()
      if (condition === 'service_healthy') expect(other?.healthcheck, name).toBeDefined()
      if (required && other?.profiles) expect(other.profiles).toEqual(service.profiles)
    }
  })
})

it('uses every volume, network and secret, and says how each secret is made', () => {
  const used = (pick: (service: Service) => string[] | undefined) =>
    new Set(Object.values(services).flatMap((one) => pick(one) ?? []))
  const mounted = used((service) => service.volumes?.map((mount) => mount.split(':')[0] as string))
  expect([...mounted].filter((source) => !source.startsWith('.')).sort()).toEqual(Object.keys(volumes).sort())
  expect([...used((service) => service.networks)].sort()).toEqual(Object.keys(networks).sort())
  expect([...used((service) => service.secrets)].sort()).toEqual(Object.keys(secrets).sort())
  for (const { file } of Object.values(secrets)) expect(isExplained(file), file).toBe(true)
})

it('asks only for variables that are keys of the configuration, and the page says how to make those it needs', () => {
  for (const [, variable, rule] of text.matchAll(/\$\{(\w+):([?-])/g)) {
    expect([...keys.keys()]).toContain(variable)
    if (rule === '?') expect(page).toContain(variable)
  }
})

it('lets in from outside only TLS and what is for a proxy on the same machine', () => {
  const published = Object.values(services).flatMap(({ ports }) => ports ?? [])
  expect(published.sort()).toEqual(['127.0.0.1:8080:8080', '8883:8883'])
  expect(networks.series?.internal).toBe(true)
  expect(Object.keys(services).filter((name) => services[name]?.networks?.includes('series'))).toEqual([
    'gateway',
    'influxdb',
  ])
})
