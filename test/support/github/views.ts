import type { RestEndpointMethodTypes as Endpoints } from '@octokit/rest'
import { type Comment, type Issue, type Label, person, type State } from './state.ts'

type PullView = Endpoints['pulls']['get']['response']['data']
type IssueView = Endpoints['issues']['get']['response']['data']
type CommentView = Endpoints['issues']['getComment']['response']['data']
type LabelView = Endpoints['issues']['getLabel']['response']['data']
/** A part of what GitHub answers, in GitHub's own types. */
type Part<T> = T extends (infer Item)[]
  ? Part<Item>[]
  : T extends object
    ? { [Key in keyof T]?: Part<T[Key]> }
    : T

/** The answers that the simulated GitHub gives for what it holds. */
export const views = {
  label: ({ id, name, color, description }: Label): Part<LabelView> => ({
    id,
    name,
    color,
    description,
    default: false,
  }),

  comment: (comment: Comment): Part<CommentView> => ({
    id: comment.id,
    body: comment.body,
    user: comment.user,
    created_at: comment.created_at,
    updated_at: comment.updated_at,
    author_association: 'NONE',
  }),

  issue: (state: State, issue: Issue): Part<IssueView> => ({
    id: issue.id,
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    state_reason: issue.state_reason,
    user: issue.user,
    labels: labelsOf(state, issue),
    comments: state.comments.filter((comment) => comment.issue === issue.number).length,
    created_at: issue.created_at,
    updated_at: issue.updated_at,
    closed_at: issue.closed_at,
    ...(issue.pull && { pull_request: { url: `/pulls/${issue.number}` } }),
  }),

  pull: (state: State, issue: Issue): Part<PullView> => {
    const { from, branch, sha, base, merged } = issue.pull!
    const owner = from.split('/')[0] ?? ''
    return {
      id: issue.id,
      number: issue.number,
      title: issue.title,
      body: issue.body,
      state: issue.state,
      merged,
      user: issue.user,
      labels: labelsOf(state, issue) as Part<PullView>['labels'],
      head: {
        ref: branch,
        sha,
        label: `${owner}:${branch}`,
        repo: { full_name: from, fork: from !== `${state.owner}/${state.name}` },
      },
      base: { ref: base, repo: { full_name: `${state.owner}/${state.name}` } },
    }
  },
}

function labelsOf(state: State, issue: Issue) {
  return issue.labels.map((name) =>
    views.label(
      state.labels.find((label) => label.name === name) ?? {
        id: person(state, 'ghost').id,
        name,
        color: 'ededed',
        description: null,
      },
    ),
  )
}
