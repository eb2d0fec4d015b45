import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '@clearway/contracts'
import type { UsualSpeeds } from '@clearway/routing'
import type { Logger } from 'pino'

/** What has been learned of usual speeds, in the data folder: derived, so a loss costs weeks of learning and no more. */
export class UsualSpeedsFile {
  readonly #file: string
  readonly #log: Logger
  #saving: Promise<void> = Promise.resolve()

  constructor(dataDir: string, log: Logger) {
    this.#file = join(dataDir, 'usual-speeds.bin')
    this.#log = log
  }

  /** Takes up what there is. A file that does not fit the road network is put aside, and learning begins anew. */
  async load(usual: UsualSpeeds): Promise<void> {
    let bytes: Buffer
    try {
      bytes = await readFile(this.#file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#log.error({ err: error }, 'usual speeds not read')
      return
    }
    try {
      usual.restore(bytes, this.#file)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      this.#log.warn({ reason: error.message }, 'usual speeds are learned anew')
      await rename(this.#file, `${this.#file}.refused`)
    }
  }

  /** One save after the other, each whole or not at all. A disk that is full is told, and tried again with the next. */
  save(usual: UsualSpeeds): Promise<void> {
    const bytes = usual.save()
    this.#saving = this.#saving.then(async () => {
      try {
        await writeFile(`${this.#file}.new`, bytes, { mode: 0o600 })
        await rename(`${this.#file}.new`, this.#file)
      } catch (error) {
        this.#log.error({ err: error }, 'usual speeds not saved')
      }
    })
    return this.#saving
  }
}
