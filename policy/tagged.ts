/** What DigitalOcean can tag and a stack can forget; its firewalls' `tags` mean something else. */
const TAGGED =
  /^digitalocean:index\/(droplet|volume|volumeSnapshot|databaseCluster|databaseReplica|kubernetesCluster):/

/** @param type as in `digitalocean:index/droplet:Droplet` */
export const isTagged = (type: string): boolean => TAGGED.test(type)
