// A call of the kernel that only azalea.h has.
#include <azalea.h>
#include <stdio.h>

int main(void)
{
    azalea_sem_t semaphore;
    printf("init %ld\n", azalea_sem_init(&semaphore, 1));
    printf("take %ld\n", azalea_sem_timedwait(&semaphore, 0));
    printf("post %ld\n", azalea_sem_post(&semaphore));
    return azalea_sem_destroy(&semaphore) == 0 ? 9 : 1;
}
