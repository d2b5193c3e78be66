/*
 * The least that a durable delivery can cost: the message from stdin into a
 * file of its own, synced, renamed, and the folder synced.
 *
 *   floor DIR NAME
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char buffer[1 << 16];
	char temporary[4096], final[4096];
	int file, folder;
	ssize_t length;

	if (argc != 3)
		return 64;
	snprintf(temporary, sizeof temporary, "%s/.%s", argv[1], argv[2]);
	snprintf(final, sizeof final, "%s/%s", argv[1], argv[2]);
	file = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (file < 0)
		return 75;
	while ((length = read(0, buffer, sizeof buffer)) > 0)
		if (write(file, buffer, length) != length)
			return 75;
	if (length < 0 || fsync(file) != 0 || close(file) != 0 || rename(temporary, final) != 0)
		return 75;
	folder = open(argv[1], O_RDONLY | O_DIRECTORY);
	return folder >= 0 && fsync(folder) == 0 ? 0 : 75;
}
