import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { WorldError } from '@clearway/contracts'

/**
 * Keeps a data folder for one gateway: two would each apply the journal to what the other has in memory. The lock is
 * the operating system's, held through SQLite, so it ends with its process however that ends.
 *
 * @returns a function that gives the folder back
 * @throws WorldError `data-in-use` naming the folder
 */
export function lockData(dataDir: string): () => void {
  const lock = new DatabaseSync(join(dataDir, 'gateway.lock'))
  try {
    lock.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    const message = `dataDir ${dataDir} is in use by another gateway (${(cause as Error).message}); stop that one or name another folder`
    throw new WorldError('data-in-use', message, cause)
  }
  return () => lock.close()
}
