-- vm_of(tid): the virtual machine that a vhost worker works for.
SELECT coalesce((SELECT vm_text(pid) FROM virt_queue WHERE tid = ?1 LIMIT 1), 'the guest')
