import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { InputError, WorldError } from '@clearway/contracts'
import { openRecord } from '@clearway/gateway'
import { Command } from 'commander'

interface Record {
  dispatch?: { id?: string; state?: string }
  balance?: unknown
}

export function evidenceCommand(): Command {
  const evidence = new Command('evidence').description('records of missions')
  evidence
    .command('verify')
    .description(
      'checks the signature of GET /dispatches/{id}/evidence, and that the record beside it is the signed one',
    )
    .argument('<file>', 'the answer as it was saved, JSON')
    .requiredOption('--key <file>', 'issuer-public.pem of the gateway that made it')
    .action((file: string, { key }: { key: string }) => {
      const { jws, ...shown } = recordIn(file)
      const signed = openRecord(jws, textOf(key)) as Record
      if (!isDeepStrictEqual(shown, signed)) {
        const message = `${file}: what stands beside the signature is not what was signed`
        throw new InputError('evidence-changed', message, [{ field: 'jws', message }])
      }
      console.log(
        JSON.stringify(
          { ok: true, dispatch: signed.dispatch?.id, state: signed.dispatch?.state, balance: signed.balance },
          null,
          2,
        ),
      )
    })
  return evidence
}

function recordIn(file: string): { jws: string } {
  const text = textOf(file)
  const refuse = (message: string) => new InputError('evidence', `${file} ${message}`, [{ field: 'file', message }])
  let record: { jws?: unknown }
  try {
    record = JSON.parse(text)
  } catch (error) {
    throw refuse(`is no JSON: ${(error as Error).message}`)
  }
  if (typeof record?.jws !== 'string')
    throw refuse('has no "jws": save the whole answer of GET /dispatches/{id}/evidence')
  return { ...record, jws: record.jws }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new WorldError('file-unreadable', `cannot read ${file}: ${(cause as Error).message}`, cause)
  }
}
