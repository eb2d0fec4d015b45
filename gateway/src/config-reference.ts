import { type ConfigKey, describeConfig } from './config.ts'

const heading = `# Configuration

One file, \`clearway.yaml\` in the working directory, or the one that \`CLEARWAY_CONFIG\` names. Every key is also an
environment variable, which wins over the file; an empty variable counts as absent. Unknown or invalid keys stop the
start: all faults are listed at once, each with its path and reason, and secret values are never shown. This page is
generated from the schema that checks the configuration.
`

const cell = (text: string) => text.replaceAll('|', '\\|')

function allowed({ schema }: ConfigKey): string {
  if (schema.secret) return 'secret text'
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (schema.type === 'integer') {
    const { minimum, maximum } = schema as { minimum?: number; maximum?: number }
    return maximum === undefined ? `whole number ≥ ${minimum}` : `whole number ${minimum}–${maximum}`
  }
  if (schema.type === 'number') {
    const { minimum, maximum } = schema as { minimum?: number; maximum?: number }
    return `number ${minimum} to ${maximum}`
  }
  return 'text'
}

function row(key: ConfigKey): string {
  const fallback =
    key.schema.default === undefined
      ? key.required
        ? 'needed when its group is used'
        : '–'
      : `\`${JSON.stringify(key.schema.default).replaceAll('"', '') || "''"}\``
  return `| \`${key.path}\` | \`${key.variable}\` | ${allowed(key)} | ${fallback} | ${cell(key.schema.description)} |`
}

/** The content of `docs/configuration.md`. */
export function configReference(): string {
  const table = ['| key | variable | value | default | meaning |', '| --- | --- | --- | --- | --- |']
  return `${heading}\n${[...table, ...describeConfig().map(row)].join('\n')}\n`
}
