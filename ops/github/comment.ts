import { type GitHub, tolerate } from './client.ts'
import { type Mark, markOf, withMark } from './marker.ts'

/** Characters of one comment at most; GitHub answers 422 to more. */
export const COMMENT_LIMIT = 65_536
const CUT = '\n\n_Cut at the limit of a comment: the whole text is in the summary of the run._\n'
/** Times that a comment which vanishes under our hands is looked for again. */
const TRIES = 3

export interface OwnComment {
  id: number
  url: string
  text: string
  mark: Mark
}

/** Our own comments on an issue or a pull request, oldest first; anyone else's mark is no mark. */
export async function ownComments(github: GitHub, number: number): Promise<OwnComment[]> {
  const login = await github.login()
  const all = await github.paginate(github.rest.issues.listComments, {
    ...github.repo,
    issue_number: number,
    per_page: 100,
  })
  return all
    .flatMap(({ id, html_url, body, user }) => {
      const mark = user?.login === login ? markOf(body) : undefined
      return mark ? [{ id, url: html_url, text: body ?? '', mark }] : []
    })
    .sort((a, b) => a.id - b.id)
}

/**
 * Makes the comment of that key, or updates the one that is there. Of two runs that make one at the
 * same time the older comment stays; a run never overwrites what a later run wrote.
 * @param text Markdown; cut at the limit of a comment
 */
export async function putComment(
  github: GitHub,
  number: number,
  mark: Mark,
  text: string,
): Promise<'created' | 'updated' | 'unchanged' | 'superseded'> {
  const body = cutToLimit(withMark(mark, text))
  const ofKey = async () =>
    (await ownComments(github, number)).filter((comment) => comment.mark.key === mark.key)
  let created = false
  for (let left = TRIES; left > 0; left--) {
    let found = await ofKey()
    if (found.length === 0) {
      await github.rest.issues.createComment({ ...github.repo, issue_number: number, body })
      created = true
      found = await ofKey()
    }
    const [kept, ...extra] = found
    for (const { id } of extra) await deleteComment(github, id)
    if (!kept) continue
    if (kept.mark.run > mark.run) return 'superseded'
    if (kept.text === body) return created ? 'created' : 'unchanged'
    const call = github.rest.issues.updateComment({ ...github.repo, comment_id: kept.id, body })
    if (await tolerate(404, call)) return 'updated'
  }
  throw new Error(`the comment ${mark.key} on #${number} is deleted as often as it is made`)
}

/** Removes our comments of that key; none there is fine. */
export async function removeComment(github: GitHub, number: number, key: string): Promise<void> {
  const found = (await ownComments(github, number)).filter(({ mark }) => mark.key === key)
  for (const { id } of found) await deleteComment(github, id)
}

async function deleteComment(github: GitHub, id: number): Promise<void> {
  await tolerate(404, github.rest.issues.deleteComment({ ...github.repo, comment_id: id }))
}

/** Cuts at the end of a line, so that no table row or HTML tag is torn. */
function cutToLimit(body: string): string {
  if (body.length <= COMMENT_LIMIT) return body
  const most = body.slice(0, COMMENT_LIMIT - CUT.length)
  return most.slice(0, most.lastIndexOf('\n')) + CUT
}
