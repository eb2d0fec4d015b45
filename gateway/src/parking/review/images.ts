import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NotFoundError, WorldError } from '@clearway/contracts'

export interface GateImage {
  body: Buffer
  mediaType: string
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
}
const patienceMs = 5000
const mostBytes = 8 * 1024 * 1024
/** Names of files and folders; none of them leads upwards. */
const plainSegment = /^[\p{L}\p{N}_-][\p{L}\p{N}._-]*$/u

/**
 * Fetches an image from where a lot keeps those of its gates.
 *
 * @param template `parking.imageUrl`: http(s) or file, `{ref}` standing for the reference
 * @param ref `imageRef` of a read: what a device has sent, so that it is not trusted
 * @throws NotFoundError `image-unknown` when there is none; WorldError `image-unreachable` when the store does not answer
 */
export async function gateImage(template: string, ref: string): Promise<GateImage> {
  return template.startsWith('file:') ? fromFolder(template, ref) : fromStore(template, ref)
}

async function fromFolder(template: string, ref: string): Promise<GateImage> {
  const segments = ref.split('/')
  if (!segments.every((segment) => plainSegment.test(segment))) throw unknown(ref)
  const path = fileURLToPath(template.replace('{ref}', segments.map(encodeURIComponent).join('/')))
  try {
    return { body: await readFile(path), mediaType: mediaTypeOf(path) }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw unknown(ref)
    throw new WorldError('image-unreachable', `image ${ref} cannot be read: ${(error as Error).message}`, error)
  }
}

async function fromStore(template: string, ref: string): Promise<GateImage> {
  const url = template.replace('{ref}', encodeURIComponent(ref))
  const failed = (reason: string, cause?: unknown) =>
    new WorldError('image-unreachable', `image ${ref}: the store of images ${reason}`, cause)
  let answer: Response
  try {
    answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(patienceMs) })
  } catch (error) {
    throw failed(`does not answer (${(error as Error).message})`, error)
  }
  if (answer.status === 404) throw unknown(ref)
  if (!answer.ok) throw failed(`answers ${answer.status}`)
  const mediaType = answer.headers.get('content-type')?.split(';')[0] ?? ''
  if (!Object.values(mediaTypes).includes(mediaType)) throw failed(`sends "${mediaType}", which is no image`)
  if (Number(answer.headers.get('content-length') ?? 0) > mostBytes) throw failed('sends more than 8 MiB')
  const body = Buffer.from(await answer.arrayBuffer())
  if (body.length > mostBytes) throw failed('sends more than 8 MiB')
  return { body, mediaType }
}

const mediaTypeOf = (path: string): string => {
  const mediaType = mediaTypes[extname(path).toLowerCase()]
  if (!mediaType) throw new WorldError('image-unreachable', `${path} is of no kind of image that is shown`)
  return mediaType
}

const unknown = (ref: string) =>
  new NotFoundError('image-unknown', `there is no image "${ref}"; it may be past its retention`)
