import { type GitHub, tolerate } from './client.ts'

/**
 * Whether a person may write to the repository (roles write, maintain, admin). Asked of GitHub: the
 * `author_association` of an event also says MEMBER of those who may only read.
 * https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
 */
export async function mayWrite(github: GitHub, login: string): Promise<boolean> {
  const call = github.rest.repos.getCollaboratorPermissionLevel({ ...github.repo, username: login })
  const found = await tolerate(404, call)
  return found !== undefined && ['admin', 'write'].includes(found.data.permission)
}
