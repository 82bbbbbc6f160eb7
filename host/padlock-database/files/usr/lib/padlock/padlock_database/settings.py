"""
The settings of PostgreSQL by the host's memory (https://www.postgresql.org/docs/17/runtime-config.html).
The app, its workers and the proxy are on the same host, so PostgreSQL takes an eighth of it, where its
documentation names a quarter for a host of its own.
"""

from typing import NamedTuple

MIB = 1024 * 1024


class Settings(NamedTuple):
    """Sizes in MiB."""

    shared_buffers: int
    max_connections: int
    effective_cache_size: int
    work_mem: int
    maintenance_work_mem: int
    max_wal_size: int


def fitting(memory: int, volume: int) -> Settings:
    """
    Of a host with so many bytes of memory, and a volume of so many bytes. What waits to be written into
    the tables (max_wal_size) takes an eighth of the volume at most.
    """
    wal = min(512, max(128, volume // MIB // 8))
    mib = memory // MIB
    # A droplet says a little less than its size: the kernel has its part.
    if mib < 768:
        return Settings(48, 20, 128, 1, 16, wal)
    if mib < 1536:
        return Settings(64, 30, 256, 2, 32, wal)
    buffers = min(mib // 8, 8192)
    return Settings(buffers, 50 if mib < 3584 else 100, mib // 2, 4, min(buffers, 1024), wal)


def text(settings: Settings, data: str, configuration: str, sockets: str, name: str) -> str:
    """postgresql.conf of a cluster with this data, in this folder of /etc, called `17-main`."""
    lines = {
        'data_directory': data,
        'hba_file': f'{configuration}/pg_hba.conf',
        'ident_file': f'{configuration}/pg_ident.conf',
        # As the unit of Debian's package has it.
        'external_pid_file': f'{sockets}/{name}.pid',
        'cluster_name': name.replace('-', '/'),
        'listen_addresses': '',
        'unix_socket_directories': sockets,
        'password_encryption': 'scram-sha-256',
        'max_connections': settings.max_connections,
        'shared_buffers': f'{settings.shared_buffers}MB',
        'effective_cache_size': f'{settings.effective_cache_size}MB',
        'work_mem': f'{settings.work_mem}MB',
        'maintenance_work_mem': f'{settings.maintenance_work_mem}MB',
        'autovacuum_max_workers': 2,
        'max_parallel_workers_per_gather': 0,
        # Compiling a query takes memory that a small host has not, and is of use for long ones alone.
        'jit': 'off',
        'min_wal_size': '80MB',
        'max_wal_size': f'{settings.max_wal_size}MB',
        'wal_compression': 'lz4',
        'log_line_prefix': '%m [%p] %q%u@%d ',
        'log_timezone': 'UTC',
        'timezone': 'UTC',
    }
    return ''.join(f"{key} = '{value}'\n" for key, value in lines.items()) + "include_dir = 'conf.d'\n"
