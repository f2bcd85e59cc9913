/*
 * What a virtual router says on its LAN: adverts, announcements, questions.
 * Frames that cannot be sent are counted and logged with a limit.
 */
#ifndef SPEAK_H
#define SPEAK_H

#include "ground.h"

int	speak_raw(struct ground *, const uint8_t *, size_t);
void	speak_advert(struct ground *, const struct vrrp *, uint8_t,
	    const uint8_t *, usec_t);
void	speak_addresses(struct ground *, const uint8_t *, usec_t);
void	speak_own(struct ground *, const uint8_t *, usec_t);
void	speak_question(struct ground *, const struct vrrp *, usec_t);
void	speak_probe(struct ground *, usec_t);
bool	speak_is_router(const struct ground *);

#endif
